"""Walls by their shape, and pages that look like them and are none; all invented, reduced to what matters."""
# ruff: noqa: E501 - a page is a line

WORDS = "قال رئيس بلدية المرسى إن أعمال ترميم السوق القديمة تنتهي قبل الصيف وإن المحال تفتح أبوابها كالمعتاد. "


def html(body: str, *, title: str = "", head: str = "") -> str:
    """Return a page."""
    return f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def challenge(script: str, text: str = "") -> str:
    """Return a vendor's challenge: a script and few words."""
    return html(f"<div>{text}</div><script>{script}</script>", title="ajil.example")


def consent(title: str, text: str, button: str) -> str:
    """Return a consent wall."""
    return html(f"<h1>{title}</h1><p>{text}</p><form><button>{button}</button></form>", title=title)


CAPTCHAS = {
    "Cloudflare": challenge(
        "window._cf_chl_opt = {cZone: 'ajil.example'}", "Enable JavaScript and cookies to continue"
    ),
    "Cloudflare, older": html("<form class='cf-browser-verification' id='f'></form>", title="Please wait"),
    "DataDome": html("<script src='https://geo.captcha-delivery.com/captcha/?x=1'></script>", title="ajil.example"),
    "PerimeterX": html("<div id='px-captcha'></div>", title="Access to this page has been denied"),
    "Akamai": challenge("", "<div id='sec-if-cpt-container'></div>"),
    "Akamai, by refresh": html("", head="<meta http-equiv=refresh content=\"5; URL='/?bm-verify=AAQ'\">"),
    "Imperva": html("<iframe src='/x'></iframe>Request unsuccessful. Incapsula incident ID: 12-34"),
    "AWS WAF": challenge("window.awsWafCookieDomainList = []; window.gokuProps = {}"),
    "Sucuri": challenge("var sucuri_cloudproxy_js = ''", "You are being redirected"),
    "DDoS-Guard": html("<script src='/.well-known/ddos-guard/js-challenge/index.js'></script>"),
    "ArvanCloud": challenge("document.cookie = '__arcsjs=1'", "در حال انتقال به سایت مورد نظر هستید"),
    "hCaptcha": html("<p>Please show that you are human.</p><div class='h-captcha' data-sitekey=x></div>"),
    "reCAPTCHA": html("<p>نريد أن نعرف أنك إنسان ولست روبوت</p><div class='g-recaptcha'></div>", title="موقع عاجل"),
    "a bare widget": html("<form><div class='g-recaptcha'></div><input type=submit></form>", title="ajil.example"),
    "Turnstile": html("<h2>Security check</h2><div class='cf-turnstile'></div>"),
    "Arabic": html("<h1>تحقق من أنك لست روبوتا</h1><p>فعّل جافا سكريبت في متصفحك</p>"),
    "Persian": html("<h1>در حال بررسی مرورگر شما</h1><p>لطفا جاوا اسکریپت را فعال کنید</p>", title="بررسی مرورگر"),
    "French": html("<p>Activez JavaScript dans votre navigateur</p>", title="Un instant…"),
    "Russian": html("<p>Включите JavaScript: мы проверяем ваш браузер</p>", title="Вы не робот?"),
    "English": html("<p>Verify that you are human by enabling JavaScript.</p>", title="Just a moment..."),
}

CONSENTS = {
    "English": consent("Before you continue", "We and our partners use cookies to measure visits.", "Accept all"),
    "English, in the text": html(
        "<div>Ajil</div><div>We value your privacy</div><p>With your consent, we and our 812 partners store cookies and "
        "process personal data.</p><button>Agree</button><button>Reject</button>",
        title="Ajil",
    ),
    "Arabic": consent("قبل المتابعة إلى عاجل", "نستخدم ملفات تعريف الارتباط لقياس الزيارات", "أوافق"),
    "Arabic, privacy": consent("خصوصيتك تهمّنا", "نحتاج إلى موافقتك على ملفات تعريف الارتباط", "قبول الكل"),
    "Persian": consent("پیش از ادامه", "ما از کوکی‌ها استفاده می‌کنیم و به رضایت شما نیاز داریم", "می‌پذیرم"),
    "French": consent("Le respect de votre vie privée", "Nous et nos partenaires utilisons des cookies.", "J'accepte"),
    "Russian": consent("Прежде чем продолжить", "Мы используем файлы cookie и просим вашего согласия.", "Принять"),
    "long, as lawyers write": consent("We value your privacy", "We store cookies with your consent. " * 50, "Accept"),
}

BANNER_AR = "<div id=b><h2>نحن نقدر خصوصيتك</h2><p>نستخدم ملفات تعريف الارتباط</p><button>أوافق</button></div>"
BANNER_EN = "<div><h2>We value your privacy</h2><p>We use cookies.</p><button>Accept all</button></div>"
BANNER_FA = "<div><p>این سایت از کوکی استفاده می‌کند</p><button>می‌پذیرم</button></div>"
BANNER_FR = "<div><p>Nous utilisons des cookies.</p><button>J'accepte</button></div>"
BANNER_RU = "<div><p>Мы используем файлы cookie</p><button>Принять</button></div>"
JSON_LD = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'

PAGES = {
    "a short article under an Arabic banner": html(f"{BANNER_AR}<h1>ترميم السوق</h1><p>{WORDS}</p>", title="ترميم السوق"),
    "breaking news under a banner": html(f"{BANNER_EN}<h1>Harbour reopens after the storm, mayor says in the city</h1>"
        "<p>The harbour of Marsa reopened on Monday morning, its mayor said, after three days of storm.</p>"),
    "a headline alone under a banner": html(f"{BANNER_EN}<h1>Storm closes the harbour</h1>", title="Storm closes the harbour"),
    "a headline alone under an Arabic banner": html(f"{BANNER_AR}<h1>عاصفة تغلق ميناء المرسى</h1>"),
    "a Persian article under a banner": html(f"{BANNER_FA}<p>شهردار گفت بازار کهن شهر پیش از تابستان بازسازی می‌شود و "
        "مغازه‌ها مانند همیشه باز خواهند بود.</p>", title="بازسازی بازار"),
    "a French article under a banner": html(f"{BANNER_FR}<p>Le maire a annoncé que le vieux marché serait restauré avant "
        "l'été et que les boutiques resteraient ouvertes.</p>", title="Le marché restauré"),
    "a Russian article under a banner": html(f"{BANNER_RU}<p>Мэр города сообщил, что старый рынок восстановят до лета, "
        "а лавки будут работать как обычно.</p>", title="Рынок восстановят"),
    "an article about consent": html("<h1>We value your privacy, says everybody</h1>" + "<p>A study of cookies. </p>" * 150),
    "an article that calls itself one": html(f"{BANNER_AR}<p>عاجل</p>", title="قبل المتابعة", head=JSON_LD),
    "an article element": html("<article><h1>Before you continue: five cookie recipes</h1><p>Bake.</p></article><button>"),
    "comments behind a captcha": html(f"<p>{WORDS * 8}</p><form class=comment><div class='g-recaptcha'></div></form>"),
    "a short text and comments behind a captcha": html(f"<p>{WORDS * 2}</p><div class='h-captcha'></div>", title="السوق"),
    "a headline that begins like a captcha": html("<h1>Just a moment of silence</h1><p>The crowd stood still.</p>"),
    "a headline with a captcha's words": html("<h1>Security check at the harbour finds nothing</h1><p>Ships sail.</p>"),
    "an Arabic headline like a captcha's": html("<h1>لحظة من فضلك: مسرحية جديدة</h1><p>تعرض في المرسى.</p>"),
    "a French headline like a captcha's": html("<h1>Un instant de grâce</h1><p>Le concert a duré trois heures.</p>"),
    "Cloudflare's script on a real page": html(
        f"<p>{WORDS * 2}</p><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"
    ),
    "DataDome's tag on a real page": html(f"<p>{WORDS}</p><script src='https://js.datadome.co/tags.js'></script>"),
    "a challenge's word in a long text": html(f"<p>{WORDS * 40}</p><script>_cf_chl_opt</script>"),
    "a page of links": html("<a href=/1>x</a>" * 100, title="Just a moment"),
    "a form alone": html("<form><input name=q><button>بحث</button></form>", title="بحث"),
    "a newsletter and a privacy link": html(
        f"<p>{WORDS}</p><form><button>اشترك</button></form><footer>سياسة الخصوصية</footer>", title="السوق"
    ),
    "nothing": "",
}  # fmt: skip
