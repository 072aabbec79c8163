"""Every check, in the order in which a person reads them."""

from functools import partial

from memory.embedded import START_SECONDS
from server.doctor import access, agents, data_server, engine, inputs, machine, memory
from server.doctor.check import Check
from server.settings import Settings

MODEL_SECONDS = 60.0  # a model of one's own may have to be loaded first


def checks_of(settings: Settings) -> list[Check]:
    """All that can be looked at under these settings."""
    return [
        Check("python", machine.python),
        Check("settings", partial(machine.settings, settings)),
        Check("data folder", partial(machine.data_folder, settings.data)),
        Check("redis", partial(data_server.redis, settings), START_SECONDS if settings.redis_url is None else 15),
        Check("memory", partial(memory.interactions, settings), START_SECONDS),
        Check("embeddings", machine.embeddings),
        Check("profile", partial(inputs.profile, settings)),
        Check("offer", partial(inputs.offer, settings)),
        Check("web", partial(inputs.web, settings)),
        Check("model", partial(engine.model, settings), MODEL_SECONDS),
        Check("agents", partial(agents.agents, settings)),
        Check("api keys", partial(access.api_keys, settings)),
        Check("studio", machine.studio),
    ]
