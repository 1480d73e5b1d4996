// `POST /v1/import`: a file of history, read as it streams in, stored through the same entry as everything else, and
// trained at once. The answer is JSON lines: how much is stored, then how far the pipelines have come.

import Hummingbird
import NIOCore
import SeriesStore
import ServiceLifecycle

/// Bulk import.
struct ImportRoutes: Sendable {
    let readiness: Readiness
    /// `store.future_skew` in force, in nanoseconds.
    let futureSkew: @Sendable () -> Int64

    func add(to router: Router<APIContext>) {
        router.post("v1/import") { request, context in try start(request, context) }
    }

    private func start(_ request: Request, _ context: APIContext) throws -> Response {
        let running = try readiness.running()
        var options: ImportOptions
        do throws(ImportProblem) {
            options = try ImportOptions(
                query: request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) })
        } catch {
            throw APIError(.badRequest, error.description)
        }
        options.latest = running.intake.now() &+ futureSkew()
        let (body, peer, reading, endInput) = (request.body, context.peer, options, context.endInput)
        return ProgressStream.response { stream in
            var work = ImportWork(running: running, peer: peer, options: reading)
            do {
                // A file takes longer to send than a stop may take, and of a pipe nobody knows how long.
                try await withGracefulShutdownHandler {
                    for try await buffer in body {
                        try await work.take([UInt8](buffer.readableBytesView), isLast: false)
                        guard work.shouldTell else { continue }
                        try await work.commit()
                        try await stream.progress(0, "\(work.stored) samples stored", samples: work.stored)
                    }
                } onGracefulShutdown: {
                    endInput()
                }
            } catch {
                guard readiness.isStopping else { throw error }
                throw APIError.tryAgain(
                    "the daemon is stopping: \(Wording.plural(work.stored, "sample", "samples")) of the file are stored for "
                        + "certain, perhaps some more. Import it again once it runs; what is there stays as it is")
            }
            try await work.take([], isLast: true)
            try await work.commit()
            try await work.waitForForecasts(&stream)
            try await stream.done { json in
                json.member("samples", work.samples)
                json.member("series", work.series.count)
                json.member("refused", work.refused)
                json.array("problems") { json in for problem in work.problems { json.value(problem.description) } }
            }
        }
    }
}

/// One import on its way into the store.
private struct ImportWork {
    private let running: Running
    private let peer: Peer?
    private var reader: ImportReader
    private(set) var series = Set<SeriesID>()
    /// Handed to the writer.
    private(set) var samples = 0
    /// On disk for certain.
    private(set) var stored = 0
    private(set) var refused = 0
    private(set) var problems: [ImportProblem] = []
    private var told = 0
    private var toldAt: Timestamp

    /// Told at the end; more would only fill a screen.
    private static let mostProblems = 20
    /// Samples of one journal entry: 1.5 MB.
    private static let pieceSamples = 16_384

    init(running: Running, peer: Peer?, options: ImportOptions) {
        self.running = running
        self.peer = peer
        reader = ImportReader(options)
        toldAt = running.intake.now()
    }

    /// Every 100 000 samples a line of progress, and every second if there are any.
    var shouldTell: Bool {
        mutating get {
            let now = running.intake.now()
            guard samples - told >= 100_000 || samples > told && now - toldAt >= 1_000_000_000 else { return false }
            (told, toldAt) = (samples, now)
            return true
        }
    }

    mutating func take(_ bytes: [UInt8], isLast: Bool) async throws {
        let batch = reader.read(bytes, isLast: isLast)
        var intake = LineIngest.Intake()
        for run in batch.runs {
            switch running.intake.resolve(run.key, for: peer, isImport: true) {
            case .known(let id):
                series.insert(id)
                // A line of millions goes to the writer in pieces, as its queue has room.
                for start in stride(from: 0, to: run.values.count, by: Self.pieceSamples) {
                    let piece = start..<min(start + Self.pieceSamples, run.values.count)
                    intake.samples.append(
                        contentsOf: SampleBatch(
                            series: Array(repeating: id, count: piece.count), timestamps: Array(run.timestamps[piece]),
                            values: Array(run.values[piece])))
                    samples += piece.count
                    if intake.samples.count >= Self.pieceSamples { try await submit(&intake) }
                }
            case .refused(let sentence):
                refused += run.values.count
                note(ImportProblem(line: nil, reason: "\(run.key): \(sentence)"))
            }
        }
        refused += batch.problemCount
        for problem in batch.problems { note(problem) }
        try await submit(&intake)
    }

    private func submit(_ intake: inout LineIngest.Intake) async throws(APIError) {
        do throws(StoreError) {
            try await running.intake.take(intake, from: peer, over: "import", urgency: .offered)
        } catch {
            throw APIError(storing: error)
        }
        intake = LineIngest.Intake()
    }

    /// Waits until all that was taken is on disk: only then is it told as stored.
    mutating func commit() async throws(APIError) {
        do throws(StoreError) { try await running.store.writer.barrier() } catch { throw APIError(storing: error) }
        stored = samples
    }

    private mutating func note(_ problem: ImportProblem) {
        if problems.count < Self.mostProblems { problems.append(problem) }
    }

    /// Until every bin of the imported series has gone through its pipeline, trainings included.
    func waitForForecasts(_ stream: inout ProgressStream) async throws {
        var first: Int64?
        while true {
            guard await running.forecasting.afterTurn() else {
                throw APIError.tryAgain("the daemon is stopping; all samples are stored, forecasts go on with it")
            }
            let behind = await running.forecasting.binsBehind(of: series)
            if behind == 0 { return }
            let most = max(first ?? behind, behind)
            first = most
            try await stream.progress(
                Double(most - behind) / Double(most), "\(samples) samples stored, \(behind) bins to forecast and train",
                samples: samples)
        }
    }
}
