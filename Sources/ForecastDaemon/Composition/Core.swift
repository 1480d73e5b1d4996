// Everything behind the API: opened in order, run together, stopped in reverse.

import Glibc
import Logging
import RNNForecast
import SeriesStore
import ServiceLifecycle
import Synchronization
import UnixSignals

/// What the core is built from.
struct CoreParts: Sendable {
    let configuration: ConfigurationBox
    let directories: Directories
    let notifier: Notifier
    let loops: EventLoops
    let ingest: ListeningSocket
    let logger: Logger
    var now: @Sendable () -> Timestamp = { Environment.now() }
    var clock: any Clock<Duration> = ContinuousClock()
}

/// The store, forecasting, training and ingest as one service.
final class Core: Service {
    private let parts: CoreParts
    private let readiness = Readiness()
    private let progress = Progress()
    private let zone: LocalTime
    private let startedAt: Timestamp
    private let failed = Mutex<StartError?>(nil)

    init(_ parts: CoreParts) {
        self.parts = parts
        startedAt = parts.now()
        zone = Self.zone(parts.configuration.value.timeZone, parts.logger)
    }

    /// Why the core ended by itself, if it did.
    var failure: StartError? { failed.withLock { $0 } }

    private var report: StatusReport {
        StatusReport(
            readiness: readiness, progress: progress, startedAt: startedAt, storePath: parts.directories.store,
            trainingEnabled: parts.configuration.value.training.enabled,
            keeping: { [configuration = parts.configuration] in Store.Options(configuration.value) },
            futureSkew: { [configuration = parts.configuration] in
                Durations.nanoseconds(configuration.value.store.futureSkew)
            }, now: parts.now)
    }

    var router: APIRouter {
        let configuration = parts.configuration
        return APIRouter(
            readiness: readiness, report: report,
            writeLimits: {
                let value = configuration.value
                return WriteLimits(
                    body: Int(value.limits.body), line: Int(value.limits.line),
                    futureSkew: Durations.nanoseconds(value.store.futureSkew))
            },
            reload: { [self] () async throws(ReloadError) in try await reload() }, zone: zone, now: parts.now)
    }

    func run() async throws {
        let store: Store
        let book = ArrivalBook()
        let bell = TurnBell()
        do throws(StoreError) {
            starting("opening the store and replaying its journal")
            store = try open(book, bell)
        } catch {
            let failure = Self.startError(error, parts.directories.store)
            failed.withLock { $0 = failure }
            return
        }
        let training = TrainingService(
            threadCount: parts.configuration.value.training.threads,
            share: parts.configuration.value.training.budget / 100, now: parts.now, logger: parts.logger)
        let forecasting = forecasting(store, book, bell, training)
        let intake = intake(store)
        let places = Places(
            socket: "ingest.sock", limit: parts.configuration.value.limits.connections,
            patience: IngestServer.patience, logger: parts.logger)
        let running = Running(
            store: store, intake: intake, places: places, forecasting: forecasting, training: training)
        starting("restoring forecasts")
        do throws(StoreError) {
            try await forecasting.restore()
        } catch {
            readiness.warn("restore", "forecasts of an earlier run are not restored and are made anew: \(error)")
            parts.logger.error("forecasts of an earlier run are not restored and are made anew: \(error)")
        }
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: services(running, bell), logger: quietLogger))
        await announce(running)
        defer { parts.ingest.removePath() }
        try await withGracefulShutdownHandler {
            try await services.run()
        } onGracefulShutdown: { [readiness, parts] in
            readiness.enter(.stopping)
            parts.notifier.stopping(status: "committing what was accepted")
        }
    }

    private func starting(_ what: String) {
        readiness.enter(.starting(what))
        parts.notifier.status("starting: \(what)")
    }

    private func announce(_ running: Running) async {
        for note in Kernels.notes { parts.logger.warning("\(note)") }
        readiness.enter(.running(running))
        parts.notifier.ready(status: await report.line())
        parts.logger.info(
            "ready: \(running.store.catalogue.count) series in \(parts.directories.store), kernels \(Kernels.instructionSet)"
        )
    }

    private var quietLogger: Logger {
        var logger = parts.logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    // Parts

    private func open(_ book: ArrivalBook, _ bell: TurnBell) throws(StoreError) -> Store {
        let options = Store.Options(parts.configuration.value)
        return try Store.open(
            at: parts.directories.store, options: options, now: parts.now,
            onCommit: { batch in
                book.note(batch)
                bell.ring()
            })
    }

    private func intake(_ store: Store) -> SampleIntake {
        let limits = parts.configuration.value.limits
        let configuration = parts.configuration
        return SampleIntake(
            store: store, limits: NewSeriesLimit(total: limits.series, perMinute: limits.newSeriesPerMinute),
            describe: { configuration.value.describe($0) }, logger: parts.logger, now: parts.now)
    }

    private func forecasting(
        _ store: Store, _ book: ArrivalBook, _ bell: TurnBell, _ training: TrainingService
    ) -> ForecastingService {
        let configuration = parts.configuration
        let value = configuration.value
        var settings = PipelineSettings()
        settings.trains = value.training.enabled
        settings.everyBins = Int64(value.training.everyBins)
        settings.atLeastApartSeconds = value.training.atLeastApart.components.seconds
        settings.atMostApartSeconds = value.training.atMostApart.components.seconds
        settings.watchesDrift = value.alerts.driftEnabled
        settings.acceptAfterSeconds = value.alerts.acceptAfter.components.seconds
        settings.zone = zone
        return ForecastingService(
            ForecastingService.Parts(
                store: store, book: book, training: training, logger: parts.logger, now: parts.now,
                treatment: { SeriesTreatment(configuration.value.settings(for: $0.key)) }, settings: settings,
                trainedLimit: min(value.limits.trained, Int(value.memory.models) / ForecastPlan.modelBytes),
                ring: { bell.ring() }),
            alertSink: AlertLog(logger: parts.logger, zone: zone, now: parts.now).tell)
    }

    private func services(
        _ running: Running, _ bell: TurnBell
    ) -> [ServiceGroupConfiguration.ServiceConfiguration] {
        let (progress, loops) = (progress, parts.loops)
        let report = report
        let notifier = parts.notifier
        let ailments = AilmentLog(logger: parts.logger)
        var services: [any Service] = [
            StoreService(store: running.store, logger: parts.logger),
            TrainingLoop(training: running.training, forecasting: running.forecasting),
            ForecastingLoop(forecasting: running.forecasting, bell: bell),
            Ticker(interval: .seconds(1), clock: parts.clock) {
                bell.ring()
                await running.training.wake()
            },
            // Apart from the pulse: that waits for the writer, and this must see the commit that it waits for.
            Ticker(interval: .seconds(1), clock: parts.clock) {
                progress.commit(inFlight: running.store.writer.meter.inFlightSince)
            },
            Ticker(interval: .seconds(1), clock: parts.clock) {
                await running.store.writer.pulse()
                progress.writerBeat()
            },
            Ticker(interval: .seconds(1), clock: parts.clock) {
                await loops.pulse()
                progress.ingestBeat()
            },
            Ticker(interval: .seconds(60), clock: parts.clock) {
                // First what is then free for malloc.
                await running.store.releaseMemory()
                MemorySettings.giveBack()
            },
            Ticker(interval: .seconds(10), clock: parts.clock) {
                notifier.status(await report.line())
                ailments.tell(StoreAilment(running.store).sentences)
            },
            // What is wrong with the file is told in the log, in `status` and to systemd.
            ReloadOnHangup(reload: { [self] in _ = try? await reload() }),
        ]
        if let interval = notifier.watchdogInterval {
            services.append(
                Ticker.watchdog(
                    notifier: notifier, progress: progress, interval: interval, clock: parts.clock,
                    logger: parts.logger))
        }
        services.append(
            IngestServer(
                socket: parts.ingest, group: loops.group, places: running.places,
                maximumLine: { [configuration = parts.configuration] in Int(configuration.value.limits.line) },
                futureSkew: { [configuration = parts.configuration] in
                    Durations.nanoseconds(configuration.value.store.futureSkew)
                },
                intake: running.intake, logger: parts.logger))
        return services.map { .init(service: $0) }
    }

    // Reload

    /// Reads the configuration again; the old one stays where the new one is wrong.
    private func reload() async throws(ReloadError) -> [String] {
        parts.notifier.reloading()
        do throws(ConfigurationError) {
            let (configuration, notes) = try parts.configuration.reload()
            if case .running(let running) = readiness.phase {
                running.intake.limit(
                    total: configuration.limits.series, perMinute: configuration.limits.newSeriesPerMinute)
                await running.store.keep(Store.Options(configuration))
            }
            readiness.warn("configuration", nil)
            parts.logger.notice("configuration reloaded\(notes.isEmpty ? "" : ": " + notes.joined(separator: "; "))")
            parts.notifier.ready(status: "configuration reloaded")
            return notes
        } catch {
            let sentence = "the configuration was not reloaded, the old one stays in force: \(error)"
            readiness.warn("configuration", sentence)
            parts.logger.error("\(sentence)")
            parts.notifier.ready(status: sentence)
            throw ReloadError(sentence: "\(error)")
        }
    }

    private static func zone(_ setting: Configuration.TimeZone, _ logger: Logger) -> LocalTime {
        let name: String =
            switch setting {
            case .local: "local"
            case .named(let name): name
            }
        let found = LocalTime.named(
            name, environment: Environment.value("TZ"), read: { try? Environment.contents(of: $0) })
        if found == nil { logger.warning("time zone \(name) is not known on this host: UTC is used") }
        return found ?? .utc
    }

    private static func startError(_ error: StoreError, _ path: String) -> StartError {
        switch error {
        case .locked: .inUse("\(error)")
        case .damaged(let what), .damagedTable(_, let what):
            .configuration(
                "the store is damaged, and was left as it is: \(what). `forecastd verify \(path) --salvage NEW` writes "
                    + "all that is good to a new file, which can then take its place")
        case .newerSchema: .configuration("\(error)")
        case .notWritable: .permission("\(error)")
        case .full, .closed, .missing, .unknown, .failed: .disk("\(error)")
        }
    }
}
