/** A key and its self-signed certificate, PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

// Good for nothing but these tests, and for a hundred years: made by
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=… -addext subjectAltName=IP:127.0.0.1 -days 36500

/** Of the application: `CN=holdfast-client`. */
export const clientCertificate: Certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjH8zdsPNDtzB1xaa
e7VYS0uAkkxCAnGKbYlWxmKDAi2hRANCAATU+RZO6B5fEJWeh95Fre2hDYrpfDlx
ACbZJsDEGjmTaTfhlX2N2yAElL0PQ3kRgXemh3/xOpfnOuqhNPyZbKOp
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUKgAwIBAgIUVlYBi7/HQrD+rcjtRsLIlEjrzb8wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPaG9sZGZhc3QtY2xpZW50MCAXDTI2MTEyNjE4MTIwMFoYDzIx
MjYxMTAyMTgxMjAwWjAaMRgwFgYDVQQDDA9ob2xkZmFzdC1jbGllbnQwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAATU+RZO6B5fEJWeh95Fre2hDYrpfDlxACbZJsDE
GjmTaTfhlX2N2yAElL0PQ3kRgXemh3/xOpfnOuqhNPyZbKOpo2QwYjAdBgNVHQ4E
FgQUi78749GCNMXgP01ucEoEpk1YrvkwHwYDVR0jBBgwFoAUi78749GCNMXgP01u
cEoEpk1YrvkwDwYDVR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqG
SM49BAMCA0cAMEQCIBpwK9USdLTSZek9UGmK8ACvudYtz9OD6wiVSlzr+13IAiAP
nT+F7cgk/IfL80k7ab7M7pR+D6uy3fBGjUJieMOpng==
-----END CERTIFICATE-----`,
}

/** Of the front to which it is shown. */
export const frontCertificate: Certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8/yE2PMpORDCvPXL
OGqfMpsOsckYnt8Qh+Bk037SJC2hRANCAAQS76qyf4JkT4VBc5VX2aZYUlrAPQXe
fOUCwYN20BYSHR1lnoOgfG78mWrTAJpnNTqys1BJT+2EfKdXTmq4A6PY
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmTCCAUCgAwIBAgIURq80jxtURikXiG6bPnGFYsZaq+EwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOaG9sZGZhc3QtZnJvbnQwIBcNMjYxMTI2MTgxMjAwWhgPMjEy
NjExMDIxODEyMDBaMBkxFzAVBgNVBAMMDmhvbGRmYXN0LWZyb250MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEEu+qsn+CZE+FQXOVV9mmWFJawD0F3nzlAsGDdtAW
Eh0dZZ6DoHxu/Jlq0wCaZzU6srNQSU/thHynV05quAOj2KNkMGIwHQYDVR0OBBYE
FEF8CbQHLikkGDAXntL9CJv6qTVcMB8GA1UdIwQYMBaAFEF8CbQHLikkGDAXntL9
CJv6qTVcMA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATAKBggqhkjO
PQQDAgNHADBEAiBryNXg+bMDEV1wYYRKa8cROZP892ZVo/qwauQRL776+wIgZ0yP
8I54nFP6LJunxD7MPzeKpXJrReenReSGNvKkDi0=
-----END CERTIFICATE-----`,
}
