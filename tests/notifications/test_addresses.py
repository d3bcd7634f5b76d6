"""Where the webhook may not reach: nothing private, however it is written and whatever a name answers."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from notifications.channels.addresses import ForbiddenAddress, allowed, checked

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.1.2.3",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd12:3456::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::1",
]
PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What a name leads to; nobody outside is asked."""
    table: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def answer(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host not in table:
            return real(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in table[host]]

    monkeypatch.setattr("notifications.channels.addresses.socket.getaddrinfo", answer)
    return table


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused(address: str, names: dict[str, list[str]]) -> None:
    assert not allowed(ip_address(address))
    names["inside.example"] = [address]
    with pytest.raises(ForbiddenAddress) as caught:
        checked("https://inside.example/hook")
    assert caught.value.code == "private_address"
    assert "url" in caught.value.faults


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert allowed(ip_address(address))


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1:8080"]
)
def test_a_loopback_address_in_another_writing_is_refused(host: str, names: dict[str, list[str]]) -> None:
    with pytest.raises(ForbiddenAddress):
        checked(f"http://{host}/")


def test_a_name_with_one_private_address_among_public_ones_is_refused(names: dict[str, list[str]]) -> None:
    names["mixed.example"] = ["93.184.216.34", "10.0.0.5"]
    with pytest.raises(ForbiddenAddress):
        checked("https://mixed.example/")


def test_the_connection_goes_to_the_address_that_was_checked(names: dict[str, list[str]]) -> None:
    names["gateway.example"] = ["93.184.216.34"]
    endpoint = checked("https://gateway.example/hook?a=1")
    names["gateway.example"] = ["127.0.0.1"]
    assert (endpoint.address, endpoint.port, endpoint.path) == ("93.184.216.34", 443, "/hook?a=1")
    assert endpoint.host_header == "gateway.example"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gateway.example",
        "ftp://gateway.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@gateway.example/",
        "https://gateway.example/#part",
        "https://gateway.example:99999/",
        "https://gateway.example\\@127.0.0.1/",
        "https://gateway.example/ hook",
        "https://gateway.example/\r\nX: y",
        "https://[::1/",
    ],
)
def test_an_address_that_is_none_is_refused(url: str, names: dict[str, list[str]]) -> None:
    names["gateway.example"] = ["93.184.216.34"]
    with pytest.raises(ForbiddenAddress):
        checked(url)


def test_a_name_that_nobody_knows_is_refused(names: dict[str, list[str]]) -> None:
    with pytest.raises(ForbiddenAddress) as caught:
        checked("https://nowhere.example/")
    assert caught.value.code == "unknown_host"


def test_the_operator_can_allow_a_network_and_nothing_beside_it(settings: Any, names: dict[str, list[str]]) -> None:
    settings.WEBHOOK_NETWORKS = [ip_network("10.20.0.0/16"), ip_network("fd00::/8")]
    names["sms.inside"] = ["10.20.3.4"]
    assert checked("http://sms.inside:8080/send").host_header == "sms.inside:8080"
    assert allowed(ip_address("fd00::5"))
    assert allowed(ip_address("::ffff:10.20.3.4"))
    assert not allowed(ip_address("10.21.0.1"))
    assert not allowed(ip_address("127.0.0.1"))
