"""Where the demonstration listens, as browsers write it."""

from __future__ import annotations

from sp.demo.ports import Ports


def test_addresses_hold_their_ports():
    ports = Ports(8100, 8101)
    assert ports.service_url == "http://sp.localhost:8100"
    assert ports.idp_url == "http://idp.localhost:8101"
    assert ports.second_idp_url == "http://login.idp.localhost:8101"


def test_the_port_that_browsers_leave_out_is_left_out():
    ports = Ports(80, 8101)
    assert ports.service_url == "http://sp.localhost"
    assert Ports(8100, 80).second_idp_url == "http://login.idp.localhost"
