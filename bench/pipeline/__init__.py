"""What a record costs, measured with the whole chain on local servers of its own: `python -m bench.pipeline`.

Where $MARSAD_BENCH_DATA is set, reads its data/extraction/aeb (181 pages with their gold texts,
https://github.com/scrapinghub/article-extraction-benchmark, MIT) and its seeds (five Arabic texts as copied off their
pages). Texts are read at run time; none lies in the repository. Else the load pages of our own newsroom serve.
"""
