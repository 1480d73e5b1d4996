// The same account for Prometheus. Alerts are one sample each, so that an existing Alertmanager rule can page on them.

import SeriesStore

extension StatusReport {
    /// What `GET /metrics` answers.
    func prometheus() async -> String {
        var text = PrometheusText()
        text.family("forecastd_build_info", "gauge", "The running version.")
        text.sample("forecastd_build_info", [("version", Version.current)], 1)
        text.add("process_resident_memory_bytes", "gauge", "Resident memory.", Double(Environment.residentBytes()))
        text.add("process_cpu_seconds_total", "counter", "CPU time, all threads.", Environment.processCPUSeconds())
        guard case .running(let running) = readiness.phase else {
            text.add("forecastd_ready", "gauge", "Whether the daemon answers.", 0)
            return text.text
        }
        text.add("forecastd_ready", "gauge", "Whether the daemon answers.", 1)
        await addStore(running, to: &text)
        await addForecasts(running, to: &text)
        return text.text
    }

    private func addStore(_ running: Running, to text: inout PrometheusText) async {
        let intake = running.intake.counts
        text.add("forecastd_samples_total", "counter", "Samples accepted.", Double(intake.points))
        text.add("forecastd_refused_total", "counter", "Lines and fields refused.", Double(intake.refused))
        text.add("forecastd_ingest_connections", "gauge", "Clients connected.", Double(running.places.count))
        let commits = running.store.writer.meter.commits
        text.add("forecastd_commits_total", "counter", "Commits, each one fsync.", Double(commits))
        guard let sizes = try? running.store.reader.sizes() else { return }
        text.add("forecastd_series", "gauge", "Series in the store.", Double(sizes.seriesCount))
        text.family("forecastd_store_bytes", "gauge", "Bytes of the store by what they hold.")
        for (kind, bytes) in [
            ("samples", sizes.sampleBytes), ("tiers", sizes.tierBytes), ("forecasts", sizes.forecastBytes),
            ("models", sizes.modelBytes), ("overhead", sizes.overheadBytes), ("file", sizes.fileBytes),
        ] {
            text.sample("forecastd_store_bytes", [("kind", kind)], Double(bytes))
        }
    }

    private func addForecasts(_ running: Running, to text: inout PrometheusText) async {
        let training = await running.training.counts
        let waiting = await running.training.waiting
        text.add("forecastd_trainings_total", "counter", "Trainings whose model was accepted.", Double(training.done))
        text.add(
            "forecastd_trainings_rejected_total", "counter", "Trainings that did not win.", Double(training.rejected))
        text.add("forecastd_training_cpu_seconds_total", "counter", "CPU used by training.", training.cpuSeconds)
        text.add("forecastd_training_queue", "gauge", "Trainings that wait.", Double(waiting.queued))
        text.add("forecastd_training_debt_seconds", "gauge", "How long the first has waited.", waiting.debtSeconds)
        let overview = await running.forecasting.overview()
        text.add("forecastd_grids", "gauge", "Series that are forecast.", Double(overview.grids))
        text.add("forecastd_forecasts_total", "counter", "Forecasts issued.", Double(overview.counts.issued))
        text.add("forecastd_scored_total", "counter", "Bins scored.", Double(overview.counts.scored))
        text.add(
            "forecastd_outside80_total", "counter", "Scored bins outside their 80 % interval.",
            Double(overview.counts.outside80))
        text.family("forecastd_alert", "gauge", "1 for every alert that fires.")
        for row in overview.firing {
            guard let key = running.store.catalogue[row.series]?.key else { continue }
            text.sample(
                "forecastd_alert",
                [("series", key.description), ("kind", row.kind), ("severity", row.severity)], 1)
        }
    }
}
