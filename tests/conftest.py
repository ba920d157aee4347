"""Real databases for every test: SQLite files and a PostgreSQL server of our own."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import shapely
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from data import schema
from data.city import init_city, put_geometries, read_pack, touch_reference, write_setting
from data.database import open_engine, write
from data.i18n import use_language
from data.refusals import flush
from data.settings import Settings
from data.store import Store, open_store
from tests.postgresql import PostgresServer, find_programs, running_postgresql

CITIES = Path(__file__).parent / "cities"
ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared" / "real"
_HALF_SIDE = 0.01  # degrees; the tiny city is four squares that touch


def real_file(*parts: str) -> Path:
    """A file other people made; the test is skipped where there is none."""
    path = REAL.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the real file {'/'.join(parts)} is not beside this project")
    return path


def make_tiny_city(url: str) -> None:
    """Four square districts in two towns, around 6.2° S 106.82° E."""
    engine = open_engine(url)
    pack = read_pack(CITIES / "tiny")
    init_city(engine, pack)
    with write(engine) as connection:
        districts = connection.execute(select(schema.districts)).all()
        ids = {row.code: row.id for row in districts}
        leaves = {
            row.code: shapely.box(
                row.longitude - _HALF_SIDE,
                row.latitude - _HALF_SIDE,
                row.longitude + _HALF_SIDE,
                row.latitude + _HALF_SIDE,
            )
            for row in districts
            if row.level == 1
        }
        parents = {
            parent: shapely.union_all([s for c, s in leaves.items() if c.startswith(parent)])
            for parent in ("10", "20")
        }
        put_geometries(connection, leaves | parents, ids)
        write_setting(connection, "boundaries", "squares")
        touch_reference(connection)
    engine.dispose()


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """A request leaves its language behind in the thread that served it, which tests share."""
    with use_language("en"):
        yield


@pytest.fixture(scope="session")
def tiny_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiny") / "city.db"
    make_tiny_city(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def jakarta_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("jakarta") / "city.db"
    engine = open_engine(f"sqlite:///{path}")
    init_city(engine, read_pack(ROOT / "data" / "cities" / "jakarta"))
    engine.dispose()
    return path


def _copy(template: Path, folder: Path) -> str:
    shutil.copy(template, folder / "city.db")
    return f"sqlite:///{folder / 'city.db'}"


def _opened(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    flush(store)  # its timer would open the database again after us
    store.engine.dispose()


@pytest.fixture
def store(tiny_template: Path, tmp_path: Path) -> Iterator[Store]:
    """The tiny city, empty, in a SQLite file of its own."""
    yield from _opened(_copy(tiny_template, tmp_path))


@pytest.fixture
def jakarta_store(jakarta_template: Path, tmp_path: Path) -> Iterator[Store]:
    """Jakarta with schematic boundaries, empty, in a SQLite file of its own."""
    yield from _opened(_copy(jakarta_template, tmp_path))


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tiny_template: Path, tmp_path: Path) -> str:
    """Address of an empty tiny city, once on each kind of database."""
    if request.param == "sqlite":
        return _copy(tiny_template, tmp_path)
    return str(request.getfixturevalue("postgresql_tiny_url"))


@pytest.fixture
def any_store(any_url: str) -> Iterator[Store]:
    yield from _opened(any_url)


@pytest.fixture
def app(store: Store, tmp_path: Path) -> Flask:
    """The whole application over `store`."""
    settings = Settings(str(store.engine.url), CITIES / "tiny", demo=False, var=tmp_path / "var")
    application = create_app(settings, store=store)
    application.testing = True
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL's initdb and postgres are not installed")
    with running_postgresql(programs, is_durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def _postgresql_template(postgresql_server: PostgresServer) -> str:
    postgresql_server.administer("CREATE DATABASE tiny")
    make_tiny_city(f"{postgresql_server.url}/tiny")
    return "tiny"


@pytest.fixture(scope="session")
def _take_tiny(
    postgresql_server: PostgresServer, _postgresql_template: str
) -> Iterator[Callable[[], str]]:
    """Names of copies of the template; the next is made while a test has this one."""

    def make() -> str:
        name = f"test_{time.monotonic_ns()}"
        postgresql_server.administer(f"CREATE DATABASE {name} TEMPLATE {_postgresql_template}")
        return name

    with ThreadPoolExecutor(max_workers=1) as maker:
        coming = [maker.submit(make)]

        def take() -> str:
            coming.append(maker.submit(make))
            return coming.pop(0).result()

        yield take


@pytest.fixture
def postgresql_tiny_url(
    postgresql_server: PostgresServer, _take_tiny: Callable[[], str]
) -> Iterator[str]:
    """An empty tiny city in a PostgreSQL database of its own."""
    name = _take_tiny()
    yield f"{postgresql_server.url}/{name}"
    postgresql_server.administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database, without a city."""
    name = f"bare_{time.monotonic_ns()}"
    postgresql_server.administer(f"CREATE DATABASE {name}")
    yield f"{postgresql_server.url}/{name}"
    postgresql_server.administer(f"DROP DATABASE {name} WITH (FORCE)")
