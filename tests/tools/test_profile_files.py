"""The two files that a user writes, and what is said of their mistakes."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memory.errors import Invalid
from memory.profile import Icp, Offer
from tools.profile_files import load_icp, load_offer, parse_icp, parse_offer

ICP = """\
name = "Mid-size makers in Europe"
threshold = 60

[[criteria]]
id = "size"
kind = "must"
rule = "employees >= 20 and employees <= 500"
weight = 10

[[criteria]]
id = "makes_hardware"
kind = "should"
question = "Does the company make physical products?"
signals = ["manufactures", "factory", "devices"]
weight = 30

[[tests]]
lead = { company = "Acme", employees = 80 }
text = "Acme designs and manufactures pumps in its own factory in Turin."
expect = { qualified = true, makes_hardware = "yes" }
"""

OFFER = """\
what = "production planning for small factories"
audience = "makers with their own plant"
call_to_action = "Would 20 minutes next week be useful?"
language = "en"
tone = "plain"

[sender]
name = "Marta Rossi"
role = "Founder"
company = "Zigral Demo"
email = "marta@zigral-demo.example"
reply_to = "marta@zigral-demo.example"
postal_address = "1 Example Street, 20121 Milano, Italy"
unsubscribe = "mailto:stop@zigral-demo.example"

[[statements]]
id = "lines"
text = "Our tool was used on 140 production lines."
source = "https://zigral-demo.example/cases"
language = "en"

[[guesses]]
about = "size"
text = "I would guess that the plan is redrawn by hand whenever an order moves."
"""

Loading = Callable[[str], str]


@pytest.fixture
def icp_complaint(tmp_path: Path) -> Loading:
    """What is said of a profile, without the folder of its file."""
    return lambda source: complaint(load_icp, tmp_path / "icp.toml", source)


@pytest.fixture
def offer_complaint(tmp_path: Path) -> Loading:
    """What is said of an offer, without the folder of its file."""
    return lambda source: complaint(load_offer, tmp_path / "offer.toml", source)


def complaint(load: Callable[[Path], Icp | Offer], path: Path, source: str) -> str:
    path.write_text(source, encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        load(path)
    return str(caught.value).replace(f"{path.parent}{os.sep}", "")


def test_the_profile_of_the_formats_is_read(tmp_path: Path) -> None:
    (tmp_path / "icp.toml").write_text(ICP)
    icp = load_icp(tmp_path / "icp.toml")
    assert (icp.name, icp.threshold) == ("Mid-size makers in Europe", 60)
    assert [(c.id, c.kind, c.weight, bool(c.rule)) for c in icp.criteria] == [
        ("size", "must", 10, True),
        ("makes_hardware", "should", 30, False),
    ]
    assert icp.tests[0].expect == {"qualified": True, "makes_hardware": "yes"}


def test_the_offer_of_the_formats_is_read(tmp_path: Path) -> None:
    (tmp_path / "offer.toml").write_text(OFFER)
    offer = load_offer(tmp_path / "offer.toml")
    assert (offer.sender.name, offer.statements[0].source) == ("Marta Rossi", "https://zigral-demo.example/cases")
    assert offer.speaks("en")
    assert not offer.speaks("de")


def test_the_shared_profile_and_offer_are_read(shared_data: Path) -> None:
    assert len(load_icp(shared_data / "icp.toml").criteria) == 5
    offer = load_offer(shared_data / "offer.toml")
    assert [offer.speaks(language) for language in ("en", "de", "fr")] == [True, True, True]


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "icp.toml").write_bytes(b"\xef\xbb\xbf" + ICP.replace("\n", "\r\n").encode())
    assert load_icp(tmp_path / "icp.toml").name == "Mid-size makers in Europe"


def test_an_object_with_the_files_keys_is_read_as_the_file_is(shared_data: Path) -> None:
    icp, offer = load_icp(shared_data / "icp.toml"), load_offer(shared_data / "offer.toml")
    assert parse_icp(json.loads(icp.model_dump_json())) == icp
    assert parse_offer(json.loads(offer.model_dump_json())) == offer


def test_all_mistakes_are_told_at_once_each_with_its_line_and_key(icp_complaint: Loading) -> None:
    said = icp_complaint(
        ICP.replace("threshold", "treshold")
        .replace('"must"', '"mst"')
        .replace(">= 20 and", ">= 20 &&")
        .replace("makes_hardware", "size", 1)
        .replace("weight = 30", 'wieght = "30"')
        .replace("qualified = true", 'qualified = "yes"')
    )
    assert said.splitlines() == [
        "icp.toml:1: threshold is missing.",
        'icp.toml:2: treshold is not a known key; did you mean "threshold"?',
        "icp.toml:6: criteria[0].kind must be 'must', 'should' or 'never'.",
        'icp.toml:7: criteria[0].rule at character 17: write "and" instead of "&&".',
        "icp.toml:11: criteria[1].id is 'size', as that of criteria[0] is already.",
        'icp.toml:15: criteria[1].wieght is not a known key; did you mean "weight"?',
        "icp.toml:20: tests[0].expect.qualified must be true or false.",
        "icp.toml:20: tests[0].expect.makes_hardware names no criterion of this profile.",
    ]


def test_the_first_place_is_the_errors_own(tmp_path: Path) -> None:
    path = tmp_path / "icp.toml"
    path.write_text(ICP.replace("weight = 10", "weight = -1"))
    with pytest.raises(Invalid) as caught:
        load_icp(path)
    assert caught.value.where == f"{path}:8"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("threshold = 60", "threshold = 101", "icp.toml:2: threshold must be less than or equal to 100."),
        ("threshold = 60", 'threshold = "60"', "icp.toml:2: threshold must be a whole number."),
        ("threshold = 60", "threshold = true", "icp.toml:2: threshold must be a whole number."),
        ('name = "Mid-size makers in Europe"', 'name = "  "', "icp.toml:1: name must not be blank."),
        ("weight = 10", "weight = 1e7", "icp.toml:8: criteria[0].weight must be less than or equal to 1000000."),
        ("weight = 10", "weight = nan", "icp.toml:8: criteria[0].weight must be a finite number."),
        ("weight = 10", "weight = true", "icp.toml:8: criteria[0].weight must be a number."),
        ('rule = "', 'rulle = "', "icp.toml:4: criteria[0] needs a rule or a question."),
        ("weight = 10", 'question = "?"', "icp.toml:4: criteria[0] has a rule and a question; keep one of them."),
        ('id = "size"', 'id = "4"', "icp.toml:5: criteria[0].id must begin with a letter"),
        ('id = "size"', 'id = "qualified"', "icp.toml:5: criteria[0].id is 'qualified'"),
        ('"factory", ', "7, ", "icp.toml:14: criteria[1].signals[1] must be a text."),
        ("[[tests]]", "[tests]", "icp.toml:17: tests must be a list of tables, each under [[tests]]."),
        ("employees = 80", 'employees = "80"', "icp.toml:18: tests[0].lead.employees must be a whole number."),
        ("employees = 80", "born = 2001-01-01", "icp.toml:18: tests[0].lead.born must be a text, a number"),
        ('= "yes"', '= "si"', 'icp.toml:20: tests[0].expect.makes_hardware must be "yes", "no" or "unknown".'),
        ('= "yes"', "= true", 'icp.toml:20: tests[0].expect.makes_hardware must be "yes", "no" or "unknown".'),
        ('qualified = true, makes_hardware = "yes"', "", "icp.toml:20: tests[0].expect must have at least 1 item"),
    ],
)
def test_a_mistake_in_a_profile_has_its_line_and_key(icp_complaint: Loading, old: str, new: str, said: str) -> None:
    assert old in ICP
    lines = icp_complaint(ICP.replace(old, new, 1)).splitlines()
    assert any(line.startswith(said) for line in lines), lines


def test_a_profile_without_a_weight_on_a_must_or_should_has_no_score_and_is_refused(icp_complaint: Loading) -> None:
    weightless = ICP.replace("weight = 10\n", "").replace("weight = 30\n", "weight = 0\n")
    assert icp_complaint(weightless) == (
        "icp.toml:4: criteria have no weight above 0 on a must or should, so there is no score."
    )
    assert "no weight above 0" in icp_complaint(
        weightless.replace("weight = 0", "weight = 5").replace("should", "never")
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("(" * 5000, "icp.toml:7: criteria[0].rule at character 2001: the rule has 5,000 characters"),
        ("__import__('os')", "icp.toml:7: criteria[0].rule at character 1: "),
        ("a.b.c", "icp.toml:7: criteria[0].rule at character 2: "),
        ("10**9**9", "icp.toml:7: criteria[0].rule at character 3: "),
    ],
)
def test_a_rule_that_does_not_parse_is_refused_with_line_key_and_position(
    icp_complaint: Loading, rule: str, said: str
) -> None:
    assert icp_complaint(ICP.replace("employees >= 20 and employees <= 500", rule)).startswith(said)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (ICP + "x = " + "[" * 10_000 + "]" * 10_000, "icp.toml:21: x is nested too deep."),
        (ICP + "x = " + "{a = " * 10_000, "icp.toml:21: x is nested too deep."),
        ("a." * 100_000 + "b = 1", "icp.toml:1: a is nested too deep."),
        (ICP + "#" * 1_000_000, "icp.toml: the file is larger than 1,000,000 bytes"),
        ("name = \n", "icp.toml:1: the file is not TOML: Invalid value."),
        ('name = "a"\nname = "b"\n', "icp.toml:2: the file is not TOML: Cannot overwrite a value."),
        ('a = 1\nname = """\n\n', "icp.toml:2: the file is not TOML: Unterminated string."),
        ("threshold = " + "9" * 5000, "icp.toml: the file is not TOML: a number in it is too long."),
        ("", "icp.toml:1: name is missing.\nicp.toml:1: threshold is missing."),
        ("\x00", "icp.toml:1: the file is not TOML"),
    ],
)
def test_a_file_that_is_no_profile_is_one_sentence_with_its_line(
    icp_complaint: Loading, source: str, said: str
) -> None:
    assert icp_complaint(source).startswith(said)


def test_a_file_of_any_size_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "icp.toml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(Invalid, match=r"larger than 1,000,000 bytes"):
        load_icp(path)


def test_what_is_no_readable_file_is_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "latin.toml").write_bytes('name = "a"\naudience = "Gr\xfcn"'.encode("latin-1"))
    said = {}
    for name in (".", "missing.toml", "pipe.toml", "latin.toml", "a\0b", "n" * 5000):
        with pytest.raises(Invalid) as caught:
            load_offer(tmp_path / name)
        said[name] = str(caught.value)
    assert said["."].endswith(": this is a folder. Give the .toml file itself.")
    assert said["missing.toml"].endswith("missing.toml: there is no such file. Check the path.")
    assert said["pipe.toml"].endswith("pipe.toml: this is not an ordinary file.")
    assert said["latin.toml"].endswith("latin.toml:2: the file is not UTF-8 text. Save it as UTF-8.")
    assert not any("\n" in sentence for sentence in said.values())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "Marta Rossi",
            "support@bank.example",
            'offer.toml:8: sender.name must be a plain name, without @, <, > and ".',
        ),
        ("Marta Rossi", "support＠bank.example", "offer.toml:8: sender.name must be a plain name"),
        ("Marta Rossi", "Marta <ceo>", "offer.toml:8: sender.name must be a plain name"),
        ("Marta Rossi", r"Marta\r\nBcc: all@x.example", "offer.toml:8: sender.name has control characters"),
        ("Marta Rossi", r"Marta\nRossi", "offer.toml:8: sender.name must be one line."),
        ("Marta Rossi", r"Marta\u202eissoR", "offer.toml:8: sender.name has control characters"),
        ("Marta Rossi", r"Marta\u2028Bcc", "offer.toml:8: sender.name has control characters"),
        ("Marta Rossi", " ", "offer.toml:8: sender.name must not be blank."),
        ("Zigral Demo", r"Zigral\nX-Y: z", "offer.toml:10: sender.company must be one line."),
        ("Founder", "<b>", "offer.toml:9: sender.role must be a plain name"),
        ('email = "marta@zigral-demo.example"', 'email = "marta"', "offer.toml:11: sender.email must be one mail"),
        ('email = "marta@', 'email = "a@x.example, marta@', "offer.toml:11: sender.email must be one mail address"),
        ('email = "marta@', 'email = "Marta <marta@', "offer.toml:11: sender.email must be one mail address"),
        ('email = "marta@', 'email = ".marta@', "offer.toml:11: sender.email must be one mail address"),
        (
            'reply_to = "marta@',
            r'reply_to = "a@x.example\r\nBcc: b@',
            "offer.toml:12: sender.reply_to must",
        ),
        ("mailto:stop@", "mailto:stop", "offer.toml:14: sender.unsubscribe must be mailto: with one address"),
        (
            "mailto:stop@zigral-demo.example",
            "http://x.example",
            "offer.toml:14: sender.unsubscribe must be",
        ),
        ("mailto:stop@zigral-demo.example", "https://", "offer.toml:14: sender.unsubscribe must be"),
        ("mailto:stop@zigral-demo.example", "https://a:b@x.example", "offer.toml:14: sender.unsubscribe must be"),
        ('zigral-demo.example"\n\n', 'x.example?bcc=a%0D%0Ab"\n\n', "offer.toml:14: sender.unsubscribe must be"),
        ('zigral-demo.example"\n\n', 'x.example> <b@x.example"\n\n', "offer.toml:14: sender.unsubscribe must be"),
        ("1 Example Street", r"\u001b[2J", "offer.toml:13: sender.postal_address has control characters"),
        (
            "https://zigral-demo.example/cases",
            "javascript:alert(1)",
            "offer.toml:19: statements[0].source must",
        ),
        (
            "I would guess that the plan is redrawn by hand whenever an order moves.",
            "",
            "offer.toml:24: guesses[0].text",
        ),
        ('about = "size"', 'about = "mood"', "offer.toml:23: guesses[0].about must be 'product', "),
        ('tone = "plain"', 'tone = "loud"', "offer.toml:5: tone must be 'plain', 'warm' or 'formal'."),
        ('language = "en"\ntone', 'language = "it"\ntone', "offer.toml:4: language must be 'en', 'de' or 'fr'."),
        ("[sender]", "[sendr]", 'offer.toml:7: sendr is not a known key; did you mean "sender"?'),
        ("role =", "rolle =", 'offer.toml:9: sender.rolle is not a known key; did you mean "role"?'),
        ("tone =", "zzz =", "offer.toml:5: zzz is not a known key; what, audience, "),
    ],
)
def test_a_mistake_in_an_offer_has_its_line_and_key(
    offer_complaint: Loading, old: str, new: str, said: str
) -> None:
    assert old in OFFER
    lines = offer_complaint(OFFER.replace(old, new, 1)).splitlines()
    assert any(line.startswith(said) for line in lines), lines


@pytest.mark.parametrize("link", ["mailto:stop@x.example?subject=stop", "https://x.example/u?a=b"])
def test_an_unsubscribe_link_is_a_mail_address_or_an_https_link(link: str) -> None:
    assert parse_offer(offer_with(unsubscribe=link)).sender.unsubscribe == link


def offer_with(**sender: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "what": "planning",
        "audience": "makers",
        "call_to_action": "May I call?",
        "sender": {
            "name": "Marta Rossi",
            "company": "Zigral Demo",
            "email": "marta@zigral-demo.example",
            "postal_address": "1 Example Street\n20121 Milano",
            "unsubscribe": "https://zigral-demo.example/stop",
        },
        "statements": [{"id": "lines", "text": "Our tool was used on 140 lines."}],
    }
    data["sender"] |= sender
    return data


@pytest.mark.parametrize("name", ["Jean-Luc O'Neill, Ph.D.", "Łukasz Żółć (Demo)", "Team & Söhne GmbH", "李小龙"])
def test_a_name_may_have_any_letters_and_the_usual_signs(name: str) -> None:
    assert parse_offer(offer_with(name=name, company=name)).sender.name == name


def test_texts_by_language_need_the_offers_own() -> None:
    data = offer_with() | {"call_to_action": {"de": "Darf ich?"}, "what": {"en": "planning", "it": "piani"}}
    with pytest.raises(Invalid) as caught:
        parse_offer(data)
    assert str(caught.value).splitlines() == [
        "offer: call_to_action has no text in 'en', the offer's own language.",
        "offer: what.it is no language that Zigral writes; choose en, de, fr.",
    ]


def test_statements_need_one_in_the_offers_own_language_and_ids_of_their_own() -> None:
    german = [{"id": "a", "text": "Unser Werkzeug.", "language": "de"}] * 2
    with pytest.raises(Invalid) as caught:
        parse_offer(offer_with() | {"statements": german})
    assert str(caught.value).splitlines() == [
        "offer: statements[1].id is 'a', as that of statements[0] is already.",
        "offer: statements has none in 'en', the offer's own language.",
    ]


def test_an_object_is_refused_by_its_keys_and_never_shows_its_values() -> None:
    with pytest.raises(Invalid) as caught:
        parse_icp({"name": ["secret"], "threshold": {"secret": 1}, "criteria": [["secret"]], "a\x1b b": "secret"})
    said = str(caught.value)
    assert "icp: name must be a text." in said
    assert r'icp: "a\u001b b" is not a known key' in said
    assert "secret" not in said


@pytest.mark.parametrize("data", [None, [], "name", 5])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(Invalid, match="must be an object"):
        parse_icp(data)


@pytest.mark.parametrize(
    "data",
    [
        {"criteria": [{"id": ["x"], "weight": "y", "rule": 5}], "tests": [{"lead": [], "expect": {"a": {}}}, 3]},
        {"criteria": {"id": "x"}, "tests": "none"},
        {"language": {}, "statements": [{"id": {}, "language": []}], "what": {"en": []}, "sender": []},
        {"language": 5, "statements": {}, "what": [], "guesses": [None]},
        {"threshold": 10**400, "criteria": []},
    ],
)
def test_any_shape_of_data_is_answered_with_mistakes(data: dict[str, object]) -> None:
    for parse in (parse_icp, parse_offer):
        with pytest.raises(Invalid):
            parse(data)


def test_a_long_list_of_mistakes_is_cut() -> None:
    with pytest.raises(Invalid) as caught:
        parse_icp({f"key{number}": 1 for number in range(500)})
    assert len(str(caught.value).splitlines()) == 21
    assert str(caught.value).endswith("and 483 more.")
