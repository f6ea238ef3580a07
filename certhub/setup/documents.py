"""Keep what receipts name under its digest: the catalogue, and the rules of every matter that it ever held.

Rules are kept also in the forms that receipts of earlier releases name.
"""

from certhub_schemas import Catalogue
from certhub_verifier.policy import Channel, policy_for

from certhub.adapters.public_files import PublicFiles


def keep_rules(public_files: PublicFiles, catalogue: Catalogue) -> int:
    """Publish the catalogue and the policy of each version of each matter, per channel; what is there stays as it is.

    Returns:
        How many documents there are.
    """
    documents = {catalogue.document()}
    for matter in catalogue.every_matter():
        for channel in Channel:
            policy = policy_for(matter, channel)
            documents |= {policy.document(), *policy.former_documents()}
    for document in documents:
        public_files.keep(document)
    return len(documents)
