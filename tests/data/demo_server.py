"""The intake and the demo's commands without the pages, for a process that starts quickly."""

from flask import Flask

import intake
from data import commands as city_commands
from data.demo import commands as demo_commands
from data.settings import Settings


def create_app() -> Flask:
    app = intake.create_app()
    app.config["PANTAU"] = Settings.from_environment()
    city_commands.init_app(app)
    demo_commands.init_app(app)
    return app
