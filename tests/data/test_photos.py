"""Photos are on disk once, before anything names them; what nobody uses is swept."""

import io
import os
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from PIL import Image
from sqlalchemy import func, select, update

from app import create_app
from data import photos as store_of_photos
from data.complaints import NewComplaint, receive
from data.database import read, write
from data.instants import now
from data.photo_removal import NoSuchPhoto, delete_photo
from data.photos import (
    ADDRESS,
    KeptPhoto,
    absolute_addresses,
    find_file,
    is_kept_here,
    keep_photos,
    small_address,
    sweep,
)
from data.pictures import Picture, make_picture
from data.requests import fetch_requests_by_id
from data.schema import complaint_photos, photos
from data.settings import Settings
from data.store import Store
from tests.conftest import CITIES
from tests.photo_files import encoded

OLD = timedelta(days=2)


def picture(shade: int = 0) -> Picture:
    return make_picture(io.BytesIO(encoded(Image.new("RGB", (40, 30), (shade * 50, 90, 90)))))


def count(store: Store) -> int:
    with read(store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(photos)) or 0


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def report(store: Store, kept: Sequence[KeptPhoto]) -> str:
    reference = store.reference()
    new = NewComplaint(
        service_code=next(iter(reference.service_by_code)),
        channel_code=next(iter(reference.channel_by_code)),
        media_urls=tuple(photo.address for photo in kept),
        photo_ids=tuple(photo.id for photo in kept),
    )
    return receive(store, new).service_request_id


def make_old(store: Store, folder: Path) -> None:
    with write(store.engine) as connection:
        connection.execute(update(photos).values(used_at=now() - OLD, created_at=now() - OLD))
    then = time.time() - OLD.total_seconds()
    for path in files(folder):
        os.utime(path, (then, then))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


def test_a_photo_is_kept_once_whoever_sends_it(any_store: Store, folder: Path) -> None:
    first, second = picture(1), picture(2)
    (kept,) = keep_photos(any_store, folder, [first])
    again = keep_photos(any_store, folder, [second, first, second])
    assert again[1] == kept and len(again) == 2 and count(any_store) == 2
    assert len(files(folder)) == 4
    found = find_file(folder, f"{kept.name}.jpg")
    assert found is not None and found.read_bytes() == first.content
    small = find_file(folder, f"{kept.name}-small.jpg")
    assert small is not None and small.read_bytes() == first.small
    assert found.parent == folder / kept.name[:2] / kept.name[2:4]
    with read(any_store.engine) as connection:
        row = connection.execute(select(photos).where(photos.c.id == kept.id)).one()
    assert (row.width, row.height, row.bytes) == (40, 30, len(first.content))
    assert keep_photos(any_store, folder, []) == []


def test_the_same_photo_at_the_same_moment_is_kept_once(any_store: Store, folder: Path) -> None:
    same, barrier = picture(), Barrier(8)

    def keep(_number: int) -> list[KeptPhoto]:
        barrier.wait()
        return keep_photos(any_store, folder, [same])

    with ThreadPoolExecutor(8) as pool:
        kept = {tuple(found) for found in pool.map(keep, range(8))}
    assert len(kept) == 1 and count(any_store) == 1
    name = kept.pop()[0].name
    assert find_file(folder, f"{name}.jpg")


def test_complaints_that_came_with_the_same_photo_are_found(any_store: Store, folder: Path) -> None:
    kept = keep_photos(any_store, folder, [picture()])
    ids = [report(any_store, kept), report(any_store, kept)]
    with read(any_store.engine) as connection:
        found = connection.scalars(
            select(complaint_photos.c.complaint_id)
            .where(complaint_photos.c.photo_id == kept[0].id)
            .order_by(complaint_photos.c.complaint_id)
        ).all()
    assert [str(number) for number in found] == ids


def test_a_sweep_removes_what_nobody_uses_and_nothing_else(any_store: Store, folder: Path) -> None:
    used, unused = keep_photos(any_store, folder, [picture(1), picture(2)])
    report(any_store, [used])
    half = folder / used.name[:2] / used.name[2:4] / f"{used.name}.jpg.0badcafe.part"
    half.write_bytes(b"\xff\xd8")
    make_old(any_store, folder)
    (recent,) = keep_photos(any_store, folder, [picture(3)])
    swept = sweep(any_store, folder)
    assert (swept.rows, swept.files) == (1, 3)
    assert find_file(folder, f"{unused.name}.jpg") is None and not half.exists()
    for photo in (used, recent):
        assert find_file(folder, f"{photo.name}.jpg")
        assert find_file(folder, f"{photo.name}-small.jpg")
    assert (swept := sweep(any_store, folder)).rows == swept.files == 0
    assert count(any_store) == 2


def test_a_file_without_a_row_is_swept_after_a_day(store: Store, folder: Path) -> None:
    store_of_photos._write_missing(folder, "a" * 32, picture())
    assert sweep(store, folder).files == 0
    make_old(store, folder)
    assert sweep(store, folder).files == 2
    assert files(folder) == []


def test_an_old_photo_that_comes_again_is_safe_from_the_sweep(
    any_store: Store, folder: Path
) -> None:
    (first,) = keep_photos(any_store, folder, [picture()])
    make_old(any_store, folder)
    kept = keep_photos(any_store, folder, [picture()])
    assert kept == [first]
    assert sweep(any_store, folder).rows == 0
    report(any_store, kept)
    assert find_file(folder, f"{first.name}.jpg")


def test_a_sweep_between_looking_up_and_keeping_is_noticed(
    any_store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = keep_photos(any_store, folder, [picture()])
    make_old(any_store, folder)
    write_missing, swept = store_of_photos._write_missing, []

    def sweep_first(*given: object) -> None:
        write_missing(*given)  # type: ignore[arg-type]
        if not swept:
            swept.append(sweep(any_store, folder))

    monkeypatch.setattr(store_of_photos, "_write_missing", sweep_first)
    (again,) = keep_photos(any_store, folder, [picture()])
    assert swept[0].rows == 1 and again.name != first.name
    assert find_file(folder, f"{again.name}.jpg") and count(any_store) == 1


def test_a_lost_file_comes_back_with_its_photo(store: Store, folder: Path) -> None:
    (kept,) = keep_photos(store, folder, [picture()])
    shutil.rmtree(folder / kept.name[:2])
    assert find_file(folder, f"{kept.name}.jpg") is None
    assert keep_photos(store, folder, [picture()]) == [kept]
    assert find_file(folder, f"{kept.name}.jpg")


def test_a_file_that_cannot_be_written_leaves_nothing(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store_of_photos.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        keep_photos(store, folder, [picture()])
    assert files(folder) == [] and count(store) == 0


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../../city.db",
        "a" * 32,
        f"{'a' * 31}.jpg",
        f"{'A' * 32}.jpg",
        f"{'a' * 32}.jpg\n",
        f"{'a' * 32}.jpg/",
        f"../{'a' * 32}.jpg",
        f"{'a' * 32}-large.jpg",
        f"{'٣' * 32}.jpg",
        "\0",
        "aa/aa",
    ],
)
def test_no_other_name_is_ever_looked_for(folder: Path, name: str) -> None:
    store_of_photos._write_missing(folder, "a" * 32, picture())
    assert find_file(folder, f"{'a' * 32}.jpg")
    assert find_file(folder, name) is None
    assert not is_kept_here(ADDRESS + name)


def test_addresses_become_absolute_for_others() -> None:
    here = f"{ADDRESS}{'a' * 32}.jpg"
    links = [here, "https://example.org/a.jpg", "/open311/v2/photos/../x.jpg"]
    assert absolute_addresses(links, "https://city.example/") == [
        f"https://city.example{here}",
        *links[1:],
    ]
    assert absolute_addresses([here], "https://city.example/311/") == [
        f"https://city.example/311{here}"
    ]
    assert small_address(here) == f"{ADDRESS}{'a' * 32}-small.jpg"
    assert is_kept_here(small_address(here))


def test_the_command_sweeps_the_folder_of_the_settings(store: Store, tmp_path: Path) -> None:
    settings = Settings(str(store.engine.url), CITIES / "tiny", demo=False, var=tmp_path / "var")
    folder = settings.var / "photos"
    keep_photos(store, folder, [picture()])
    make_old(store, folder)
    result = create_app(settings, store=store).test_cli_runner().invoke(args=["photos", "sweep"])
    assert result.output == "removed 2 files and 1 entries\n"
    assert files(folder) == []


@pytest.mark.parametrize("form", ["{name}", "{name}.jpg", "https://x.example{address}", "{small}"])
def test_one_photo_is_taken_away_everywhere(any_store: Store, folder: Path, form: str) -> None:
    gone, stays = keep_photos(any_store, folder, [picture(0), picture(1)])
    both, one, other = (report(any_store, kept) for kept in ([gone, stays], [gone], [stays]))
    small = small_address(gone.address)
    name = form.format(name=gone.name, address=gone.address, small=small)
    assert delete_photo(any_store, folder, name).service_request_ids == (both, one)
    found = fetch_requests_by_id(any_store, [both, one, other])
    shown = {request.service_request_id: request.media_urls for request in found}
    assert shown == {both: (stays.address,), one: (), other: (stays.address,)}
    assert [path.stem.removesuffix("-small") for path in files(folder)] == [stays.name] * 2
    with read(any_store.engine) as connection:
        uses = connection.execute(select(complaint_photos.c.photo_id)).scalars().all()
        assert set(uses) == {stays.id}
        assert gone.name not in connection.scalars(select(photos.c.name)).all()
    with pytest.raises(NoSuchPhoto, match="is not kept here"):
        delete_photo(any_store, folder, name)


def test_a_report_on_its_way_with_a_photo_that_is_deleted_is_stored(
    any_store: Store, folder: Path
) -> None:
    kept = keep_photos(any_store, folder, [picture()])
    delete_photo(any_store, folder, kept[0].name)
    assert report(any_store, kept)
    [again] = keep_photos(any_store, folder, [picture()])
    assert again.name != kept[0].name
    assert find_file(folder, f"{kept[0].name}.jpg") is None


@pytest.mark.parametrize("name", ["", "..", "a" * 32, "../" + "a" * 32, "https://x.example/a.jpg"])
def test_the_command_deletes_one_photo_or_says_that_there_is_none(
    store: Store, tmp_path: Path, name: str
) -> None:
    settings = Settings(str(store.engine.url), CITIES / "tiny", demo=False, var=tmp_path / "var")
    runner = create_app(settings, store=store).test_cli_runner()
    [kept] = keep_photos(store, settings.var / "photos", [picture()])
    number = report(store, [kept])
    wrong = runner.invoke(args=["photos", "delete", "--", name])
    assert wrong.exit_code == 1 and "is not kept here; give its address" in wrong.output
    assert len(files(settings.var / "photos")) == 2
    done = runner.invoke(args=["photos", "delete", kept.address])
    assert done.output == f"removed; the complaints that showed it: {number}\n"
    assert files(settings.var / "photos") == []
