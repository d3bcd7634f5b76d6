"""The addresses of this area: the institution's self-check and the county's verification."""

from workflows.quality_cycle import selfcheck_urls, verification_urls

urlpatterns = selfcheck_urls.urlpatterns + verification_urls.urlpatterns
