"""Mail domains where anybody can have an address, so that none of them can be one company's."""

from __future__ import annotations

from typing import Final

PUBLIC_MAIL_DOMAINS: Final = frozenset(
    """
    10minutemail.com 126.com 139.com 163.com 189.cn 21cn.com abv.bg aim.com alice.it aliyun.com
    aol.co.uk aol.com aol.de aol.fr aol.it aon.at arcor.de att.net azet.sk bbox.fr bellsouth.net
    bezeqint.net biglobe.ne.jp bigpond.com bigpond.net.au bk.ru bluewin.ch blueyonder.co.uk
    bol.com.br btinternet.com btopenworld.com centrum.cz centrum.sk charter.net chello.at
    citromail.hu comcast.net comhem.se cox.net daum.net docomo.ne.jp duck.com earthlink.net
    email.com email.cz excite.com ezweb.ne.jp fastmail.com fastmail.fm foxmail.com free.fr
    freemail.hu freenet.de gazeta.pl getmail.no getnada.com globo.com gmail.com gmx.at gmx.ch
    gmx.co.uk gmx.com gmx.de gmx.es gmx.fr gmx.net gmx.us googlemail.com guerrillamail.com
    hanmail.net hetnet.nl hey.com hispeed.ch home.nl hotmail.at hotmail.be hotmail.ca hotmail.ch
    hotmail.cl hotmail.co.il hotmail.co.jp hotmail.co.nz hotmail.co.th hotmail.co.uk hotmail.co.za
    hotmail.com hotmail.com.ar hotmail.com.au hotmail.com.br hotmail.com.tr hotmail.de hotmail.dk
    hotmail.es hotmail.fi hotmail.fr hotmail.gr hotmail.hu hotmail.it hotmail.nl hotmail.no
    hotmail.se hushmail.com i.softbank.jp i.ua icloud.com ig.com.br in.com inbox.com inbox.lv
    inbox.ru indiatimes.com interia.eu interia.pl internet.ru jubii.dk juno.com kakao.com
    keemail.me kpnmail.nl laposte.net lenta.ru libero.it list.ru live.at live.be live.ca live.cl
    live.cn live.co.uk live.co.za live.com live.com.ar live.com.au live.com.mx live.com.pt live.de
    live.dk live.fr live.ie live.in live.it live.jp live.nl live.no live.ru live.se lycos.com
    mac.com mail.bg mail.com mail.dk mail.ee mail.ru mailbox.org mailinator.com maktoob.com me.com
    meta.ua mozmail.com msn.com myyahoo.com nate.com naver.com netscape.net neuf.fr nifty.com
    ntlworld.com numericable.fr o2.pl onet.eu onet.pl online.de online.no op.pl optonline.net
    optusnet.com.au orange.fr outlook.at outlook.be outlook.cl outlook.co.id outlook.co.il
    outlook.co.th outlook.com outlook.com.ar outlook.com.au outlook.com.br outlook.com.gr
    outlook.com.tr outlook.com.vn outlook.cz outlook.de outlook.dk outlook.es outlook.fr
    outlook.ie outlook.in outlook.it outlook.jp outlook.kr outlook.pt outlook.sa passport.com
    planet.nl pm.me poczta.fm post.cz posteo.de posteo.net privaterelay.appleid.com prodigy.net.mx
    proton.me protonmail.ch protonmail.com qq.com r7.com rambler.ru rediffmail.com ro.ru
    rocketmail.com rogers.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr sharklasers.com
    shaw.ca simplelogin.com sina.cn sina.com sky.com skynet.be softbank.ne.jp sohu.com spray.se
    startmail.com sunrise.ch sympatico.ca t-online.de talktalk.net telefonica.net telenet.be
    telia.com telus.net temp-mail.org terra.com.br terra.es tin.it tiscali.co.uk tiscali.it
    tom.com trashmail.com tuta.com tuta.io tutamail.com tutanota.com tutanota.de ukr.net
    uol.com.br usa.com verizon.net videotron.ca vip.qq.com virgilio.it virginmedia.com volny.cz
    walla.co.il walla.com wanadoo.fr web.de windowslive.com wp.pl xs4all.nl xtra.co.nz ya.ru
    yahoo.at yahoo.be yahoo.ca yahoo.ch yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.kr
    yahoo.co.nz yahoo.co.th yahoo.co.uk yahoo.co.za yahoo.com yahoo.com.ar yahoo.com.au
    yahoo.com.br yahoo.com.hk yahoo.com.mx yahoo.com.my yahoo.com.ph yahoo.com.sg yahoo.com.tr
    yahoo.com.tw yahoo.com.vn yahoo.de yahoo.dk yahoo.es yahoo.fr yahoo.gr yahoo.ie yahoo.in
    yahoo.it yahoo.ne.jp yahoo.nl yahoo.no yahoo.pl yahoo.ro yahoo.se yandex.by yandex.com
    yandex.kz yandex.ru yandex.ua yeah.net ymail.com yopmail.com ziggo.nl zoho.com zoho.eu
    zohomail.com zoznam.sk
    """.split()  # noqa: SIM905 - as a list it would be ten pages long
)
