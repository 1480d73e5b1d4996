// All paths of the API in one place.

import Hummingbird
import SeriesStore

/// Builds the router from its groups of routes.
struct APIRouter: Sendable {
    let readiness: Readiness
    let report: StatusReport
    let writeLimits: @Sendable () -> WriteLimits
    let reload: @Sendable () async throws(ReloadError) -> [String]
    let zone: LocalTime
    let now: @Sendable () -> Timestamp

    func responder() -> RouterResponder<APIContext> {
        let router = Router(context: APIContext.self)
        StatusRoutes(readiness: readiness, report: report).add(to: router)
        WriteRoutes(readiness: readiness, limits: writeLimits).add(to: router)
        ReadRoutes(readiness: readiness, now: now).add(to: router)
        AlertRoutes(readiness: readiness, zone: zone, now: now).add(to: router)
        TrainRoutes(readiness: readiness).add(to: router)
        ImportRoutes(readiness: readiness, futureSkew: { writeLimits().futureSkew }).add(to: router)
        ExportRoutes(readiness: readiness).add(to: router)
        ChangeRoutes(readiness: readiness).add(to: router)
        AdminRoutes(readiness: readiness, storePath: report.storePath, reload: reload).add(to: router)
        router.add(middleware: UnknownRoute(of: router))
        return router.buildResponder()
    }
}
