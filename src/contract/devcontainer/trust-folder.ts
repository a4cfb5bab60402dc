/** Folder of the host's TLS authorities in every image that cowork has built for a host that has its own. */
export const trustFolder = "/usr/local/share/cowork";
