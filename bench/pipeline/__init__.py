"""Real pages through the whole chain on local servers: `python -m bench.pipeline`.

Reads $MARSAD_BENCH_DATA/data/extraction/aeb (181 pages with their gold texts,
https://github.com/scrapinghub/article-extraction-benchmark, MIT) and $MARSAD_BENCH_DATA/seeds (five Arabic texts as
copied off their pages). Texts are read at run time; none lies in the repository.
"""
