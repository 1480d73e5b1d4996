// Which names make a counter and how bins of a name are made, on names that Telegraf and collectd send.

import SeriesStore
import Testing

@testable import ForecastDaemon

@Suite("Kinds by name") struct KindTableTests {
    private func describe(_ name: String, type: String? = nil) throws -> (
        kind: SeriesKind, unit: String, aggregate: Aggregate
    ) {
        KindTable.describe(try SeriesKey(name: name, labels: type.map { [("type", $0)] } ?? []))
    }

    @Test(
        "what only grows is a counter",
        arguments: [
            "http_requests_total", "request_seconds_count", "request_seconds_sum", "request_seconds_bucket",
            "net_bytes_recv", "net_packets_sent",
            "diskio_reads", "diskio_io_time", "cpu_time_idle", "kernel_context_switches", "kernel_interrupts",
            "swap_in", "system_uptime",
            "node_vmstat_pgfault", "node_netstat_Tcp_InSegs", "node_cpu_seconds_total", "nginx_requests",
            "postgresql_xact_commit", "interrupts_total",
        ])
    func counters(name: String) throws {
        let described = try describe(name)
        #expect(described.kind == .counter && described.unit == "per_second" && described.aggregate == .rate)
    }

    @Test(
        "what goes up and down is a gauge, also where its name ends like a counter's",
        arguments: [
            ("mem_total", "bytes"), ("disk_total", "bytes"), ("swap_total", "bytes"), ("disk_inodes_total", ""),
            ("processes_total", ""),
            ("disk_used", "bytes"), ("disk_used_percent", "percent"), ("mem_used_percent", "percent"),
            ("cpu_usage_idle", "percent"), ("load1", ""), ("temperature", ""),
            ("node_filesystem_avail_bytes", "bytes"), ("conntrack_ip_conntrack_count", ""),
            ("ping_average_response_ms", "milliseconds"),
            ("net_speed", ""), ("go_memstats_alloc_bytes", "bytes"),
        ])
    func gauges(name: String, unit: String) throws {
        let described = try describe(name)
        #expect(described.kind == .gauge && described.unit == unit && described.aggregate == .mean)
    }

    @Test("maxima and minima keep their meaning in bins")
    func extremes() throws {
        #expect(try describe("latency_max").aggregate == .max)
        #expect(try describe("latency_min").aggregate == .min)
    }

    @Test("collectd's type decides where the name says nothing")
    func collectd() throws {
        #expect(try describe("interface_rx", type: "if_octets").kind == .counter)
        #expect(try describe("disk_read", type: "disk_ops").kind == .counter)
        #expect(try describe("df_value", type: "df_complex").kind == .gauge)
        #expect(try describe("apache_value", type: "requests").kind == .gauge)
    }
}
