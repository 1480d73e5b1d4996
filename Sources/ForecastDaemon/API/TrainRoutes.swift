// `POST /v1/train?match=`: retrains now and streams how far it has come. The work goes through the same queue as every
// training; the request only waits and looks.

import Hummingbird
import SeriesStore

/// Training on request.
struct TrainRoutes: Sendable {
    let readiness: Readiness

    func add(to router: Router<APIContext>) {
        router.post("v1/train") { request, _ in try await train(request) }
    }

    private func train(_ request: Request) async throws -> Response {
        let running = try readiness.running()
        let matching = try Query(request, taking: ["match"]).series(of: running, required: true)
        let grids = await running.forecasting.requestTraining(of: matching.map(\.id))
        guard !grids.isEmpty else {
            throw APIError(
                .conflict,
                "nothing to train: a model needs 120 bins that are not all equal, training enabled, and a place among "
                    + "limits.trained (\(await running.forecasting.beyondTrainedLimit) series have none)")
        }
        return ProgressStream.response { stream in
            var last = -1
            while true {
                var left = 0
                for grid in grids where await running.forecasting.isTraining(grid) { left += 1 }
                if left == 0 { break }
                if left != last {
                    let done = grids.count - left
                    try await stream.progress(Double(done) / Double(grids.count), "\(done) of \(grids.count) trained")
                    last = left
                }
                guard await running.forecasting.afterTurn() else {
                    throw APIError.tryAgain("the daemon is stopping; trainings go on when it runs again")
                }
            }
            var models: [(String, Served)] = []
            for info in matching {
                if let served = await running.forecasting.served(info.id) {
                    models.append((info.key.description, served))
                }
            }
            try await stream.done { json in
                json.member("trained", grids.count)
                json.array("series") { json in
                    for (name, served) in models {
                        json.object { json in
                            json.member("series", name)
                            json.member("model", served.status.model)
                            json.member("skill", served.status.skill)
                        }
                    }
                }
            }
        }
    }
}
