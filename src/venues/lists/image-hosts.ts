/** The picture host that the venues' artist pages name. */
export const veaHosts = ['img.vea-cdn.com']

/** The image service of UrVenue, the ticket system behind LIV and Wynn; from its WordPress plugin. */
export const imateqHosts = ['venueeventartist.com']

/** WordPress sites of the venues whose uploads may be fetched; `*.` stands for every subdomain. */
export const wordpressHosts = ['taogroup.com', '*.booketing.com', 'livnightclub.com', 'wynnsocial.com']

/** The image proxy of Jetpack (Photon), which many WordPress sites put before their uploads. */
export const photonHosts = ['i0.wp.com', 'i1.wp.com', 'i2.wp.com', 'i3.wp.com']
