"""certhub message."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from certhub.cli.console import CONSOLE, DataOption, JsonOption, app, open_hub, result, say
from certhub.flows.regions.switch import COMMAND_LINE
from certhub.flows.sharing import messages
from certhub.records.certificates.rules import CHINA
from certhub.sharing.messages.record import MessageFile
from certhub.sharing.messages.rules import Medium, MessageState
from certhub.sharing.messages.wording import words

message = typer.Typer(no_args_is_help=True, help="发给人的消息 / messages to people")
app.add_typer(message, name="message")
MOST = 500


class Language(StrEnum):
    """Of a message."""

    ZH = "zh"
    EN = "en"


@message.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="最多几条 / how many at most")] = 50,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """列出最近的消息，不含收件人和内容 / list the newest messages, without address and text."""
    listed = messages.newest(limit=limit, hub=open_hub(data))
    if as_json:
        result({"items": [_row(file) for file in listed.files], "set_up": sorted(listed.set_up)})
        return
    table = Table()
    table.add_column("编号 id", no_wrap=True)  # whoever looks for one has its id from the log
    for heading in ("时间 made", "消息 message", "状态 state", "原因 cause"):
        table.add_column(heading, overflow="fold")  # Chinese has no spaces: else it is cut
    for file in listed.files:
        said = f"{_in_both('media', file.medium.value)}: {_in_both('templates', file.template.value)}"
        table.add_row(file.id, _time(file.made_at), said, _state(file), _cause(file))
    if listed.files:
        CONSOLE.print(table)
    else:
        say("没有消息", "there are no messages")
    waiting = {file.medium for file in listed.files if file.state is MessageState.WAITING}
    for medium in sorted(waiting - listed.set_up):
        _say_not_set_up(medium)


@message.command("test")
def try_(
    address: Annotated[
        str, typer.Argument(help="邮箱、号码或应用账号 / a mail address, a number, an app account")
    ],
    medium: Annotated[Medium, typer.Option(help="渠道 / the medium")] = Medium.MAIL,
    language: Annotated[Language, typer.Option(help="语言 / its language")] = Language.ZH,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """发一条测试消息 / queue a test message, to see whether a medium works."""
    hub = open_hub(data)
    message_id = messages.post_test(medium, address, language.value, by=COMMAND_LINE, hub=hub)
    is_set_up = medium in hub.messengers
    say(f"测试消息 {message_id} 已排队", f"test message {message_id} is queued")
    if is_set_up:
        say(
            "正在运行的枢纽几秒内发出；用 certhub message list 看结果",
            "the running hub sends it within seconds; certhub message list tells how it went",
        )
    else:
        _say_not_set_up(medium)
    if as_json:
        result({"id": message_id, "medium": medium.value, "set_up": is_set_up})


def _say_not_set_up(medium: Medium) -> None:
    zh, en = (words()["media"][medium.value][lang] for lang in ("zh", "en"))
    say(
        f"{zh}渠道没有配置，消息等着；certhub doctor 说明怎样配置",
        f"{en} is not set up, so its messages wait; certhub doctor tells how to set it up",
    )


def _in_both(group: str, word: str) -> str:
    said = words()[group][word]
    return f"{said['zh']} {said['en']}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%m-%d %H:%M}"


def _state(file: MessageFile) -> str:
    """How it stands, after how many attempts, and when the next one is due where there is one."""
    said = f"{_in_both('states', file.state.value)} ({file.attempts})"
    is_deferred = file.state is MessageState.WAITING and file.attempts > 0
    return f"{said} → {_time(file.not_before)}" if is_deferred else said


def _cause(file: MessageFile) -> str:
    if file.trouble is None:
        return ""
    said = words()["troubles"][file.trouble.value]
    code = "" if file.reply is None else f" ({file.reply})"
    return f"{said['zh']} / {said['en']}{code}"


def _row(file: MessageFile) -> dict[str, Any]:
    return {
        "id": file.id,
        "medium": file.medium.value,
        "template": file.template.value,
        "language": file.language,
        "made_at": file.made_at.isoformat(),
        "expires_at": file.expires_at.isoformat(),
        "state": file.state.value,
        "attempts": file.attempts,
        "next_attempt": file.not_before.isoformat() if file.state is MessageState.WAITING else None,
        "ended_at": None if file.ended_at is None else file.ended_at.isoformat(),
        "trouble": None if file.trouble is None else file.trouble.value,
        "reply": file.reply,
    }
