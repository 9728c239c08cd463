"""Archives are read message by message: files, mboxes, Maildirs and folders of them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.archive import ArchiveError, find_files, read_messages

MAIL = b"Subject: Seeds\n\nWe keep seeds.\n"
LINE = b"From ana@example.org Tue Jul  2 10:00:00 2013\n"


def write(path: Path, content: bytes = MAIL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def read(path: Path) -> list[bytes]:
    return list(read_messages(path))


def test_a_file_is_one_message_as_it_is(tmp_path: Path) -> None:
    raw = b"Subject: Seeds\r\n\r\nFrom 1999 to 2013 we kept them.\r\n\xff\x00"
    assert read(write(tmp_path / "one.eml", raw)) == [raw]
    assert find_files(tmp_path / "one.eml") == [tmp_path / "one.eml"]


def test_an_empty_file_holds_no_message(tmp_path: Path) -> None:
    assert read(write(tmp_path / "empty.mbox", b"")) == []


def test_an_mbox_is_cut_at_its_separators_only(tmp_path: Path) -> None:
    second = b"Subject: Bread\n\nSeen:\n\nFrom afar, it rises.\nFrom here too, since 2012\n"
    path = write(tmp_path / "old.mbox", LINE + MAIL + b"\n" + LINE + second + b"\n")
    assert read(path) == [MAIL, second]


def test_what_an_mbox_has_quoted_is_as_it_was(tmp_path: Path) -> None:
    quoted = MAIL + b"\n>From 1999 on.\n>>From a quote.\n> From no separator.\n"
    path = write(tmp_path / "old.mbox", LINE + quoted + b"\n" + LINE + MAIL)
    assert read(path) == [MAIL + b"\nFrom 1999 on.\n>From a quote.\n> From no separator.\n", MAIL]


def test_an_mbox_with_crlf_keeps_its_line_ends(tmp_path: Path) -> None:
    crlf = (LINE + MAIL + b"\n" + LINE + MAIL).replace(b"\n", b"\r\n")
    assert read(write(tmp_path / "old.mbox", crlf)) == [MAIL.replace(b"\n", b"\r\n")] * 2


@given(
    st.lists(st.lists(st.sampled_from([b"", b"text", b"From x 2013", b">From x 2013", b">>"])), min_size=1)
)
def test_whatever_is_quoted_into_an_mbox_comes_out_again(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[bytes]]
) -> None:
    raws = [b"Subject: x\n\n" + b"".join(line + b"\n" for line in lines) for lines in texts]

    def quote(line: bytes) -> bytes:
        return b">" + line if line.lstrip(b">").startswith(b"From ") else line

    content = b"".join(
        LINE + b"".join(quote(line) for line in raw.splitlines(keepends=True)) + b"\n" for raw in raws
    )
    assert read(write(tmp_path_factory.mktemp("box") / "x.mbox", content)) == raws


def test_a_maildir_is_its_new_and_read_mail(tmp_path: Path) -> None:
    for name in ("cur/1.a:2,S", "new/2.b", "tmp/3.c", "new/.hidden", "dovecot-uidlist"):
        write(tmp_path / "box" / name)
    names = [path.name for path in find_files(tmp_path / "box")]
    assert names == ["1.a:2,S", "2.b"]
    # The same inside a folder of folders.
    assert [path.name for path in find_files(tmp_path)] == names


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name in ("b.eml", "a/2.EML", "a/1.mbox", "notes.txt", "a/.old.eml"):
        write(tmp_path / name)
    found = [str(path.relative_to(tmp_path)) for path in find_files(tmp_path)]
    assert found == ["a/1.mbox", "a/2.EML", "b.eml"]


def test_a_place_without_mail_is_an_error_and_an_empty_maildir_is_none(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no such file or folder"):
        find_files(tmp_path / "nowhere")
    write(tmp_path / "notes.txt")
    with pytest.raises(ArchiveError, match=r"there is no \.eml, no \.mbox and no Maildir in it"):
        find_files(tmp_path)
    for name in ("cur", "new", "tmp"):
        (tmp_path / "box" / name).mkdir(parents=True)
    assert find_files(tmp_path / "box") == []
