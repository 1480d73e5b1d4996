// How the daemon is: `/v1/status` for people and scripts, `/metrics` for Prometheus, health and readiness for
// whoever restarts things. These answer from the first moment on, also while the store is still being opened.

import HTTPTypes
import Hummingbird
import NIOCore
import SeriesStore

/// `GET /v1/status`, `/metrics`, `/-/healthy`, `/-/ready`.
struct StatusRoutes: Sendable {
    let readiness: Readiness
    let report: StatusReport

    func add(to router: Router<APIContext>) {
        router.get("v1/status") { _, _ in Response.json(await report.json()) }
        router.get("metrics") { _, _ in await metrics() }
        router.get("-/healthy") { _, _ in Self.plain("healthy\n") }
        router.get("-/ready") { _, _ in
            _ = try readiness.running()
            return Self.plain("ready\n")
        }
    }

    private func metrics() async -> Response {
        var response = Self.plain(await report.prometheus())
        response.headers[.contentType] = PrometheusText.contentType
        return response
    }

    private static func plain(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
