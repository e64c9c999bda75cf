"""Query parameters that tell how a reader came, never what the page is.

Names as used by advertising and social networks, mailers and analytics; compare the public lists of ClearURLs and
AdGuard. courlan's own pattern is wider (it drops `cid`, `uid` and all that starts with `ref` or `source`, which are
article numbers on some news sites): a tracker too many costs a double that the canonical link mends, a number lost
costs an article.
"""

_PREFIXES = (
    "utm_", "mtm_", "piwik_", "matomo_", "hsa_", "vero_", "oly_", "itm_", "ga_", "gad_", "fb_", "mc_", "ns_", "at_",
    "guce_", "_branch_", "__cf_chl", "__twitter_", "__cft__", "trk_", "pk_campaign", "pk_kwd", "pk_source", "pk_medium",
)  # fmt: skip
_NAMES = frozenset(
    {
        # click numbers
        "fbclid", "gclid", "gclsrc", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
        "rb_clickid", "irclickid", "irgwc", "igshid", "igsh", "li_fat_id", "epik", "rdt_cid", "wickedid", "zanpid",
        # analytics and campaigns
        "_ga", "_gl", "_hsenc", "_hsmi", "_openstat", "mkt_tok", "s_cid", "s_kwcid", "cmpid", "ocid", "ncid", "icid",
        "smid", "ito", "xtor", "spm", "guccounter", "soc_src", "soc_trk", "ref_src", "ref_url", "mibextid", "sfnsn",
        "__tn__", "amp_js_v", "amp_gsa", "usqp",
        # sessions and answer forms of one page
        "phpsessid", "jsessionid", "replytocom",
    }
)  # fmt: skip
_AMP_FLAGS = frozenset({"amp", "amp=", "amp=1", "amp=true", "output=amp", "outputtype=amp"})


def is_tracker(parameter: str) -> bool:
    """Say whether `name=value` (percent-encoding normalised) does not tell what the page is."""
    parameter = parameter.lower()
    name = parameter.partition("=")[0]
    return name in _NAMES or name.startswith(_PREFIXES) or parameter in _AMP_FLAGS
