"""What docker-compose.yml promises of every service, read from the file itself: no container engine is needed."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.project.compose import COMPOSE, OURS, REQUIRED, ROOT, SERVICES, USED, stages, texts

each_service = pytest.mark.parametrize("name", SERVICES)
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY$")
PROGRAMS = {"postgres": "postgres", "redis": "redis-server", "proxy": "nginx"}
ONE_SHOT = {"migrate"}
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


def example() -> dict[str, str]:
    """The variables of .env.example with their values; a line behind a # is one that may be left out."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(found.groups() for line in lines if (found := re.fullmatch(r"#?([A-Z_]+)=(.*)", line)))  # type: ignore[misc]


def test_every_part_of_the_topology_is_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "web", "worker", "beat", "proxy"}
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert set(OURS) == {"migrate", "web", "worker", "beat"}


@each_service
def test_a_service_says_whether_it_is_well(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    if name in ONE_SHOT:
        assert check == {"disable": True}
        return
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= set(check)


@each_service
def test_a_service_has_limits_and_comes_back_after_a_fault(name: str) -> None:
    service = SERVICES[name]
    limits = service["deploy"]["resources"]["limits"]
    assert re.fullmatch(r"\d+[mg]", limits["memory"])
    assert limits["pids"] > 0
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
    assert {"max-size", "max-file"} <= set(service["logging"]["options"])


@each_service
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    if "build" not in service:
        assert service["user"] == name


@each_service
def test_a_service_is_told_to_stop_and_given_the_time_for_it(name: str) -> None:
    assert SERVICES[name]["stop_signal"] in {"SIGTERM", "SIGINT", "SIGQUIT"}
    assert re.fullmatch(r"\d+[sm]", SERVICES[name]["stop_grace_period"])


def test_gunicorn_has_stopped_by_itself_before_it_is_killed() -> None:
    words = SERVICES["web"]["command"]
    graceful = int(words[words.index("--graceful-timeout") + 1])
    assert graceful < int(SERVICES["web"]["stop_grace_period"].removesuffix("s"))


@each_service
def test_an_image_has_a_plain_name_and_a_version(name: str) -> None:
    image = re.sub(r"\$\{[A-Z_]+:-(.*?)\}", r"\1", SERVICES[name]["image"])
    assert re.fullmatch(r"[a-z-]+:\d+(\.\d+)*(-[a-z0-9.]+)?", image)


@each_service
def test_no_secret_stands_in_the_file(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable) and value is not None:
            assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]*\}", value), variable
        credentials = re.search(r"//[^:/@]*:(.*?)@", str(value or ""))
        if credentials:
            assert re.fullmatch(r"\$\{[A-Z_]+:\?[^}]*\}", credentials[1]), variable


def test_the_example_of_an_environment_names_every_variable_and_no_secret() -> None:
    everything = list(texts(COMPOSE))
    used = {variable for text in everything for variable in USED.findall(text)}
    taken_over = {name for name, value in COMPOSE["x-environment"].items() if value is None}
    assert (used | taken_over) - {"YIYANG_RELEASE"} == set(example())
    required = {variable for text in everything for variable in REQUIRED.findall(text)}
    assert required == {name for name in example() if f"\n{name}=" in (ROOT / ".env.example").read_text()}
    assert all(example()[name] == "" for name in required)


def test_nothing_starts_without_its_secrets() -> None:
    for name in OURS:
        assert "${YIYANG_SECRET_KEY:?" in SERVICES[name]["environment"]["YIYANG_SECRET_KEY"]
    assert all(secret["file"].startswith("${YIYANG_TLS_") for secret in COMPOSE["secrets"].values())


def test_only_the_migration_knows_the_owner_of_the_tables() -> None:
    knowing = {name for name, service in SERVICES.items() if any("YIYANG_OWNER_PASSWORD" in t for t in texts(service))}
    assert knowing == {"postgres", "migrate"}
    assert SERVICES["migrate"]["environment"]["YIYANG_DATABASE"].startswith("postgresql://yiyang_owner:")
    assert SERVICES["postgres"]["environment"]["POSTGRES_USER"] == "yiyang_owner"
    assert all(
        SERVICES[name]["environment"]["YIYANG_DATABASE"].startswith("postgresql://yiyang:")
        for name in OURS
        if name != "migrate"
    )


def test_what_is_kept_lies_in_named_volumes() -> None:
    ours = [f"{name}:/var/lib/yiyang/{name}" for name in ("files", "audit", "log", "incoming")]
    proxy = ["spool:/var/spool/nginx"]
    kept = {"postgres": ["database:/var/lib/postgresql/data"], "proxy": proxy, **dict.fromkeys(OURS, ours)}
    for name, service in SERVICES.items():
        mounts = service.get("volumes", [])
        assert [mount for mount in mounts if not mount.startswith("./")] == kept.get(name, [])
        for mount in mounts:
            if mount.startswith("./"):
                source, _target, mode = mount.split(":")
                assert mode == "ro"
                assert (ROOT / source).is_file()
    assert set(COMPOSE["volumes"]) == {"database", "files", "audit", "log", "incoming", "spool"}


def test_uploads_wait_on_disk_while_they_come_in_and_never_in_memory() -> None:
    for name in OURS:
        assert f"incoming:{SERVICES[name]['environment']['TMPDIR']}" in SERVICES[name]["volumes"]
    waits = re.search(r"client_body_temp_path (\S+)/body;", NGINX)
    assert waits is not None
    assert [f"spool:{waits[1]}"] == SERVICES["proxy"]["volumes"]
    assert f"-m 0700 {waits[1]}" in " ".join(rest for _word, rest in stages()["proxy"])


def test_the_log_lies_in_a_volume_and_the_servers_lines_are_in_it() -> None:
    for name in OURS:
        environment = SERVICES[name]["environment"]
        assert "YIYANG_LOG" not in environment  # production's own: below YIYANG_VAR
        assert f"log:{environment['YIYANG_VAR']}/log" in SERVICES[name]["volumes"]
    words = SERVICES["web"]["command"]
    assert words[words.index("--logger-class") + 1] == "project.running.server_log.ServerLog"
    assert '"--logger-class", "project.running.server_log.ServerLog"' in " ".join(
        rest for _word, rest in stages()["app"]
    )


def test_neither_the_database_nor_the_proxy_logs_what_people_typed() -> None:
    assert {"log_error_verbosity=terse", "log_min_error_statement=panic"} <= set(SERVICES["postgres"]["command"])
    assert re.findall(r"error_log (.*);", NGINX) == ["stderr crit"]  # below, a line repeats address and query
    logged = re.search(r"log_format plain '(.*)';", NGINX)
    assert logged is not None
    assert set(re.findall(r"\$\w+", logged[1])) == {
        "$remote_addr", "$time_iso8601", "$request_method", "$logged_uri",
        "$status", "$body_bytes_sent", "$request_time",
    }  # fmt: skip
    assert '"~^/(?<kind>set-password|survey)/" "/$kind/...";' in NGINX
    assert re.findall(r"access_log (.*);", NGINX) == ["/dev/stdout plain", "off"]


def test_the_proxy_speaks_tls_1_2_and_1_3_only_and_its_own_answers_say_so_too() -> None:
    assert re.findall(r"ssl_protocols (.*);", NGINX) == ["TLSv1.2 TLSv1.3"]
    assert "listen 80;" not in NGINX
    outside = NGINX.partition("listen 8443 ssl;")[2]
    lasting = 'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains; preload" always;'
    # Headers of the server are inherited where a location has none of its own.
    assert outside.count("add_header Cache-Control") == 1
    assert outside.count(lasting) == 2
    assert "proxy_hide_header Strict-Transport-Security;" in outside


def test_what_the_proxy_says_itself_it_says_in_words() -> None:
    for page in re.findall(r"error_page [\d ]+ /static/(\S+);", NGINX):
        text = (ROOT / "project" / "static" / page).read_text("utf-8")
        assert 'lang="zh-CN"' in text
        assert 'lang="en"' in text
        for named in re.findall(r"/static/([^\"#]+)", text):
            assert (ROOT / "project" / "static" / named).is_file()
    assert re.findall(r"error_page ([\d ]+) /", NGINX) == ["413", "502 503 504"]


def test_only_the_proxy_is_reached_from_outside_and_on_loopback_unless_told_otherwise() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert SERVICES["proxy"]["ports"] == ["${YIYANG_LISTEN:-127.0.0.1}:${YIYANG_PORT:-8443}:8443"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in SERVICES.items() if set(service["networks"]) != {"inside"}}
    assert outside == {"proxy", "worker"}
    assert not any("network_mode" in service for service in SERVICES.values())


def test_services_wait_for_what_they_need() -> None:
    needs = {name: {k: v["condition"] for k, v in s.get("depends_on", {}).items()} for name, s in SERVICES.items()}
    assert needs["migrate"] == {"postgres": "service_healthy"}
    for name in ("web", "worker", "beat"):
        assert needs[name]["postgres"] == "service_healthy"
        assert needs[name]["migrate"] == "service_completed_successfully"
    # The server goes on without the broker, so it starts without it, too.
    assert needs["web"]["redis"] == "service_started"
    assert needs["proxy"] == {"web": "service_healthy"}


def runs(words: list[Any]) -> None:
    """Whether a command of our image names things that exist."""
    program, *rest = words
    assert (Path(sys.executable).parent / program).exists(), program
    if program == "python" and rest[0] == "manage.py":
        assert (ROOT / "manage.py").exists()
        assert rest[1] in get_commands()
    elif program == "python":
        assert rest[0] == "-m"
        assert importlib.util.find_spec(rest[1])
    elif program == "gunicorn":
        module, _colon, name = rest[0].partition(":")
        assert importlib.util.find_spec(module)
        assert f"{name} = " in (ROOT / f"{module.replace('.', '/')}.py").read_text()
    else:
        assert program == "celery"
        assert rest[:2] == ["--app", "project"]
        assert importlib.util.find_spec("project.celery")


@each_service
def test_a_command_is_a_list_of_words_that_can_be_run(name: str) -> None:
    words = SERVICES[name]["command"]
    assert isinstance(words, list)
    assert all(isinstance(word, str) for word in words)
    if name in OURS:
        runs(words)
        for check in (SERVICES[name]["healthcheck"].get("test", []),):
            if check[:1] == ["CMD"]:
                runs(check[1:])
            elif check:
                runs(check[1].split())
    else:
        assert words[0] == PROGRAMS[name]


def test_the_image_brings_the_backup_programs_of_the_server_that_runs() -> None:
    server = re.match(r"postgres:(\d+)", SERVICES["postgres"]["image"])
    assert server is not None
    assert any(f"postgresql-client-{server[1]} " in f"{rest} " for _word, rest in stages()["app"])


def test_the_proxy_serves_what_the_image_holds_and_keeps_health_inside() -> None:
    conf = (ROOT / "deploy" / "nginx.conf").read_text()
    assert conf.count("{") == conf.count("}")
    assert "alias /srv/static/;" in conf
    assert any("/srv/static" in rest for word, rest in stages()["proxy"] if word == "COPY")
    for path in ("/healthz", "/readyz"):
        assert re.search(rf"listen 8443.*location = {path} \{{\s*return 404;", conf, re.DOTALL)
    # The server believes this header, so that the proxy must set it whatever the client said.
    assert "proxy_set_header X-Forwarded-Proto https;" in conf
    for name, secret in (("ssl_certificate", "tls_certificate"), ("ssl_certificate_key", "tls_key")):
        assert f"{name} /run/secrets/{secret};" in conf
        assert secret in SERVICES["proxy"]["secrets"]
    largest = re.search(r"client_max_body_size (\d+)m;", conf)
    assert largest is not None
    assert int(largest[1]) * 1024 * 1024 >= settings.LARGEST_REQUEST > 20 * 1024 * 1024
