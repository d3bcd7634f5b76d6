from tests.notifications.test_dry_run import *
def test_q(region):
    from django.test.utils import CaptureQueriesContext
    from django.db import connection
    page(region.region_head, "?on=2021-04-26")
    with CaptureQueriesContext(connection) as c:
        page(region.region_head, "?on=2021-04-27")
    for q in c.captured_queries: print(q["sql"][:190])
