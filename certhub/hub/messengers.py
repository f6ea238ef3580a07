"""Who takes messages to people: for each medium that the settings name."""

from collections.abc import Mapping

from certhub.adapters.mail import SmtpMessenger
from certhub.adapters.message_webhook import WebhookMessenger
from certhub.adapters.messenger import Messenger
from certhub.settings import Settings
from certhub.sharing.messages.rules import Medium


def messengers_of(settings: Settings) -> Mapping[Medium, Messenger]:
    """Return the messenger of each medium that is set up; nothing is opened and no file is read before one sends."""
    made: dict[Medium, Messenger] = {}
    if settings.mail_url:
        made[Medium.MAIL] = SmtpMessenger(
            settings.mail_url, sender=settings.mail_from, password_file=settings.mail_password_file
        )
    gateways = {Medium.SMS: settings.sms_webhook_url, Medium.APP: settings.app_webhook_url}
    for medium, url in gateways.items():
        if url and settings.webhook_key_file is not None:
            made[medium] = WebhookMessenger(url, medium=medium.value, key_file=settings.webhook_key_file)
    return made
