// What a series is, by its name alone: gauge or counter, unit, and how a bin sums it up.
//
// Shape never decides: a filling disk looks just like a counter. Names do: the suffixes of Prometheus, and a list of
// the counters that Telegraf, collectd and node_exporter send without saying so (`KnownCounters`). The list also has
// the gauges that a suffix would take for counters: Telegraf's `mem_total` and `disk_total` are sizes, not counts.
// Configuration and protocols that state a kind come before this table.

public import SeriesStore

/// Kind, unit and aggregate of series by name. Pure.
public enum KindTable {
    /// What is known of a series from its name and its label `type` (collectd's type).
    ///
    /// - Returns: counters with unit `per_second` and aggregate `rate`; gauges with the unit their name tells, or "",
    ///   and aggregate `mean` (`max` and `min` where the name ends so).
    public static func describe(_ key: SeriesKey) -> (kind: SeriesKind, unit: String, aggregate: Aggregate) {
        let name = key.name
        if isCounter(name) || isCollectdCounter(key) { return (.counter, "per_second", .rate) }
        let aggregate: Aggregate =
            if name.hasSuffix("_max") {
                .max
            } else if name.hasSuffix("_min") {
                .min
            } else {
                .mean
            }
        return (.gauge, unit(ofGauge: name), aggregate)
    }

    private static let counterSuffixes = ["_total", "_count", "_sum", "_bucket"]

    private static func isCounter(_ name: String) -> Bool {
        if KnownCounters.gauges.contains(name) { return false }
        if counterSuffixes.contains(where: { name.hasSuffix($0) }) { return true }
        return KnownCounters.counters.contains(name)
    }

    /// collectd sends its type as the label `type` (Telegraf's and InfluxDB's readers of its protocol do so).
    private static func isCollectdCounter(_ key: SeriesKey) -> Bool {
        key.labels.contains { $0.name == "type" && KnownCounters.collectdTypes.contains($0.value) }
    }

    private static let unitSuffixes: [(suffix: String, unit: String)] = [
        ("_bytes", "bytes"), ("_bits", "bits"), ("_percent", "percent"), ("_pct", "percent"), ("_ratio", "ratio"),
        ("_seconds", "seconds"), ("_milliseconds", "milliseconds"), ("_ms", "milliseconds"), ("_us", "microseconds"),
        ("_ns", "nanoseconds"), ("_celsius", "celsius"), ("_temp", "celsius"), ("_volts", "volts"),
        ("_amperes", "amperes"), ("_watts", "watts"), ("_joules", "joules"), ("_meters", "meters"),
        ("_hertz", "hertz"), ("_rpm", "rpm"), ("_per_second", "per_second"),
    ]

    /// Units by suffix, then of the gauges that every host sends.
    private static func unit(ofGauge name: String) -> String {
        if let known = unitSuffixes.first(where: { name.hasSuffix($0.suffix) }) { return known.unit }
        if name.hasPrefix("cpu_usage_") { return "percent" }
        return KnownCounters.byteGauges.contains(name) ? "bytes" : ""
    }
}
