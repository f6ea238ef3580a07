"""Keep the rules of every matter under their digests, also in the forms that receipts of earlier releases name."""

from certhub_schemas import matters
from certhub_verifier.policy import Channel, policy_for

from certhub.adapters.public_files import PublicFiles


def keep_rules(public_files: PublicFiles) -> int:
    """Publish the policy of each matter and channel; what is there already is left alone.

    Returns:
        How many documents there are.
    """
    kept = 0
    for matter in matters():
        for channel in Channel:
            policy = policy_for(matter, channel)
            for document in (policy.document(), *policy.former_documents()):
                public_files.keep(document)
                kept += 1
    return kept
