// What somebody changes by hand: series or samples that go, series that get another name. Both answer in JSON lines, and
// both tell forecasting, so that no pipeline, fan or alert of a series outlives it.

import Hummingbird
import SeriesStore

/// `POST /v1/delete` and `POST /v1/rename`.
struct ChangeRoutes: Sendable {
    let readiness: Readiness

    func add(to router: Router<APIContext>) {
        router.post("v1/delete") { request, _ in try delete(request) }
        router.post("v1/rename") { request, _ in try await rename(request) }
    }

    // Delete

    private func delete(_ request: Request) throws -> Response {
        let running = try readiness.running()
        let query = Query(request)
        let matching = try query.series(of: running, required: true)
        let range = try query.range()
        let isDryRun = query.text("dry_run") == "1"
        return ProgressStream.response { stream in
            var gone: [(key: SeriesKey, samples: Int)] = []
            for start in stride(from: 0, to: matching.count, by: Self.together) {
                let part = matching[start..<min(start + Self.together, matching.count)]
                let samples =
                    isDryRun ? try await count(part, range, running) : try await delete(part.map(\.id), range, running)
                for info in part { gone.append((info.key, samples[info.id] ?? 0)) }
                let share = Double(gone.count) / Double(matching.count)
                let sum = part.reduce(0) { $0 + (samples[$1.id] ?? 0) }
                try await stream.progress(share, "\(Wording.plural(part.count, "series", "series")): \(sum) samples")
            }
            try await stream.done { json in
                json.member("dry_run", isDryRun)
                json.member("whole_series", range == nil)
                json.member("samples", gone.reduce(0) { $0 + $1.samples })
                json.array("deleted") { json in
                    for one in gone {
                        json.object { json in
                            json.member("series", one.key.description)
                            json.member("samples", one.samples)
                        }
                    }
                }
            }
        }
    }

    /// Every segment is written once for so many series, and the client hears of it in between.
    private static let together = 500

    private func count(
        _ matching: ArraySlice<SeriesInfo>, _ range: Range<Timestamp>?, _ running: Running
    ) async throws(StoreError) -> [SeriesID: Int] {
        let (reader, ids) = (running.store.reader, matching.map(\.id))
        if let range { return try await reader.counts(of: ids, in: range) }
        return try await reader.summaries(of: ids).mapValues(\.count)
    }

    private func delete(
        _ ids: [SeriesID], _ range: Range<Timestamp>?, _ running: Running
    ) async throws(APIError) -> [SeriesID: Int] {
        do throws(StoreError) {
            guard let range else { return try await deleteWhole(ids, running) }
            let samples = try await running.store.delete(ids, in: range)
            for id in ids { await running.forecasting.samplesRemoved(from: id, in: range) }
            return samples
        } catch {
            throw APIError(storing: error)
        }
    }

    /// Forecasting forgets first, so that nothing new is issued for the series, and again afterwards: samples that came
    /// in between may have made it begin anew.
    private func deleteWhole(
        _ ids: [SeriesID], _ running: Running
    ) async throws(StoreError) -> [SeriesID: Int] {
        await running.forecasting.forget(ids)
        let samples = try await running.store.delete(ids)
        await running.forecasting.forget(ids)
        return samples
    }

    // Rename

    private func rename(_ request: Request) async throws -> Response {
        let running = try readiness.running()
        let query = Query(request)
        guard let old = query.text("old"), let new = query.text("new") else {
            throw APIError(.badRequest, "rename needs old and new: a series each, or a name each")
        }
        let merges = query.text("merge") == "1"
        let plan: [Renaming]
        do throws(RenamePlanError) {
            plan = try Renaming.plan(old: old, new: new, among: running.store.catalogue.all())
        } catch {
            throw APIError(error.isUnknown ? .notFound : .badRequest, error.description)
        }
        if !merges, let taken = plan.first(where: { running.store.catalogue.find($0.key) != nil }) {
            throw APIError(
                .conflict, "there is a series \(taken.key) already; with merge=1 (--merge) both become one")
        }
        return ProgressStream.response { stream in
            for (index, step) in plan.enumerated() {
                try await rename(step, merging: merges, running)
                let share = Double(index + 1) / Double(plan.count)
                try await stream.progress(share, "\(step.info.key) is \(step.key)")
            }
            try await stream.done { json in
                json.array("renamed") { json in
                    for step in plan {
                        json.object { json in
                            json.member("old", step.info.key.description)
                            json.member("new", step.key.description)
                        }
                    }
                }
            }
        }
    }

    /// A renamed series keeps its id, and with it model, forecasts and alerts; one that goes up in another loses them.
    private func rename(_ step: Renaming, merging: Bool, _ running: Running) async throws(APIError) {
        let (catalogue, id) = (running.store.catalogue, step.info.id)
        let goesUp = catalogue.find(step.key).map { $0 != id } ?? false
        do throws(StoreError) {
            try await running.store.rename(id, to: step.key, merging: merging)
        } catch {
            throw APIError(storing: error)
        }
        if goesUp { await running.forecasting.forget([id]) }
    }
}
