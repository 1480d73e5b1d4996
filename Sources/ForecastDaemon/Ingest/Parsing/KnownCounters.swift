// Counters that do not say so in their names, as `measurement_field`. Sources: the READMEs of Telegraf's input plugins
// (1.38), collectd's types.db (5.12: all DERIVE, COUNTER and ABSOLUTE types), node_exporter's untyped metrics. Only
// what a host or a common service sends; anything else is a line `kind: counter` in the configuration.

enum KnownCounters {
    /// Names that are counters.
    static let counters = names(
        """
        cpu: time_user time_system time_idle time_active time_nice time_iowait time_irq time_softirq time_steal
            time_guest time_guest_nice
        diskio: reads writes read_bytes write_bytes read_time write_time io_time weighted_io_time merged_reads
            merged_writes
        net: bytes_sent bytes_recv packets_sent packets_recv err_in err_out drop_in drop_out
            icmp_inmsgs icmp_outmsgs icmp_inerrors icmp_outerrors icmp_indestunreachs icmp_outdestunreachs
            icmp_inechos icmp_outechos icmp_inechoreps icmp_outechoreps
            ip_inreceives ip_indelivers ip_outrequests ip_indiscards ip_outdiscards ip_inhdrerrors ip_inaddrerrors
            ip_forwdatagrams ip_fragcreates ip_fragfails ip_fragoks ip_reasmfails ip_reasmoks ip_reasmreqds
            tcp_activeopens tcp_passiveopens tcp_attemptfails tcp_estabresets tcp_insegs tcp_outsegs
            tcp_retranssegs tcp_inerrs tcp_outrsts tcp_incsumerrors
            udp_indatagrams udp_outdatagrams udp_noports udp_inerrors udp_rcvbuferrors udp_sndbuferrors
            udp_incsumerrors
        kernel: interrupts context_switches processes_forked disk_pages_in disk_pages_out
        kernel_vmstat: pgpgin pgpgout pswpin pswpout pgfault pgmajfault pgfree pgactivate pgdeactivate
            pgalloc_dma pgalloc_dma32 pgalloc_normal pgsteal_kswapd pgsteal_direct pgscan_kswapd pgscan_direct
            oom_kill pginodesteal slabs_scanned allocstall compact_stall compact_fail compact_success
        swap: in out
        system: uptime
        interrupts: total
        soft_interrupts: total
        procstat: cpu_time_user cpu_time_system cpu_time_idle cpu_time_nice cpu_time_iowait cpu_time_irq
            cpu_time_soft_irq cpu_time_steal cpu_time_guest cpu_time_guest_nice read_bytes write_bytes
            disk_read_bytes disk_write_bytes minor_faults major_faults child_minor_faults child_major_faults
            voluntary_context_switches involuntary_context_switches
        nstat: TcpExtTCPTimeouts TcpExtListenDrops TcpExtListenOverflows TcpExtTCPLostRetransmit TcpRetransSegs
            TcpInSegs TcpOutSegs TcpActiveOpens TcpPassiveOpens UdpInDatagrams UdpOutDatagrams UdpNoPorts
            IpExtInOctets IpExtOutOctets
        docker_container_cpu: usage_total usage_in_usermode usage_in_kernelmode usage_system throttling_periods
            throttling_throttled_periods throttling_throttled_time
        docker_container_net: rx_bytes tx_bytes rx_packets tx_packets rx_errors tx_errors rx_dropped tx_dropped
        docker_container_mem: pgfault pgmajfault pgpgin pgpgout total_pgfault total_pgmajfault total_pgpgin
            total_pgpgout
        docker_container_blkio: io_service_bytes_recursive_read io_service_bytes_recursive_write
            io_service_bytes_recursive_total io_serviced_recursive_read io_serviced_recursive_write
        cgroup: cpuacct.usage
        nginx: accepts handled requests
        apache: TotalAccesses TotalkBytes
        haproxy: bin bout dreq dresp ereq econ eresp stot req_tot wretr wredis http_response.1xx http_response.2xx
            http_response.3xx http_response.4xx http_response.5xx
        redis: total_commands_processed total_connections_received keyspace_hits keyspace_misses expired_keys
            evicted_keys rejected_connections total_net_input_bytes total_net_output_bytes used_cpu_sys used_cpu_user
        memcached: cmd_get cmd_set cmd_flush cmd_touch get_hits get_misses bytes_read bytes_written evictions
            total_items total_connections delete_hits delete_misses
        mysql: bytes_received bytes_sent queries questions connections slow_queries aborted_clients aborted_connects
            com_select com_insert com_update com_delete innodb_data_reads innodb_data_writes innodb_rows_read
            innodb_rows_inserted innodb_rows_updated innodb_rows_deleted select_full_join created_tmp_tables
            created_tmp_disk_tables handler_read_rnd_next
        postgresql: xact_commit xact_rollback blks_read blks_hit tup_returned tup_fetched tup_inserted tup_updated
            tup_deleted temp_files temp_bytes deadlocks conflicts blk_read_time blk_write_time buffers_alloc
            buffers_backend buffers_checkpoint buffers_clean checkpoints_req checkpoints_timed maxwritten_clean
        mongodb: inserts queries updates deletes getmores commands flushes net_in_bytes net_out_bytes
            total_created
        rabbitmq_overview: messages_acked messages_delivered messages_delivered_get messages_published
        zookeeper: packets_received packets_sent
        ntpd: packets_received packets_sent
        wireless: nwid crypt frag retry misc missed_beacon
        zfs: arcstats_hits arcstats_misses arcstats_demand_data_hits arcstats_demand_data_misses
            arcstats_prefetch_data_hits arcstats_prefetch_data_misses arcstats_evict_skip arcstats_deleted
        internal_agent: metrics_dropped metrics_gathered metrics_rejected metrics_written gather_errors
        internal_gather: metrics_gathered errors
        internal_write: metrics_added metrics_written metrics_dropped metrics_filtered metrics_rejected errors
        internal_memstats: frees mallocs num_gc total_alloc_bytes
        bind_counter: QUERY NOTIFY UPDATE
        unbound: total_num_queries total_num_cachehits total_num_cachemiss total_num_recursivereplies
        node_vmstat: pgpgin pgpgout pswpin pswpout pgfault pgmajfault oom_kill
        node_netstat: Icmp_InErrors Icmp_InMsgs Icmp_OutMsgs IpExt_InOctets IpExt_OutOctets Ip_Forwarding
            TcpExt_ListenDrops TcpExt_ListenOverflows TcpExt_SyncookiesFailed TcpExt_SyncookiesRecv
            TcpExt_SyncookiesSent TcpExt_TCPSynRetrans TcpExt_TCPTimeouts TcpExt_TCPOFOQueue TcpExt_TCPRcvQDrop
            Tcp_ActiveOpens Tcp_PassiveOpens Tcp_InErrs Tcp_InSegs Tcp_OutSegs Tcp_OutRsts Tcp_RetransSegs
            Udp_InDatagrams Udp_InErrors Udp_NoPorts Udp_OutDatagrams Udp_RcvbufErrors Udp_SndbufErrors
            UdpLite_InErrors
        """)

    /// Names that end like counters and are not.
    static let gauges = names(
        """
        mem: total swap_total high_total low_total huge_pages_total vmalloc_total
        swap: total
        disk: total inodes_total
        processes: total
        system: n_cpus
        conntrack: ip_conntrack_count nf_conntrack_count
        nf_conntrack: count
        procstat_lookup: pid_count
        nvidia_smi: memory_total encoder_stats_session_count fbc_stats_session_count
        docker: memory_total
        ping: packets_total
        mongodb: connections_total
        http_response: count
        filecount: count
        ceph: num_osds_total pgmap_bytes_total
        node_filesystem: size_total
        elasticsearch_fs: total_total_in_bytes
        """)

    /// Gauges in bytes whose names do not say so.
    static let byteGauges = names(
        """
        mem: total free used available buffered cached active inactive shared slab sreclaimable sunreclaim dirty
            write_back mapped page_tables committed_as commit_limit swap_total swap_free swap_cached vmalloc_total
            vmalloc_used
        swap: total free used
        disk: total free used
        procstat: memory_rss memory_vms memory_swap memory_data memory_stack memory_locked
        docker_container_mem: usage limit max_usage rss cache
        redis: used_memory used_memory_rss used_memory_peak
        """)

    /// collectd's types all of whose values only grow. (`requests` is a gauge there.)
    static let collectdTypes = Set(
        """
        absolute apache_bytes apache_requests arc_counts arc_l2_bytes ath_stat cache_eviction cache_operation \
        cache_result ceph_rate compression connections contextswitch counter cpu derive disk_io_time disk_merged \
        disk_octets disk_ops disk_ops_complex disk_time dns_answer dns_notify dns_octets dns_opcode dns_qtype \
        dns_query dns_question dns_rcode dns_reject dns_request dns_resolver dns_response dns_transfer \
        dns_update dns_zops drbd_resource fork_rate fscache_stat hash_collisions http_request_methods \
        http_requests http_response_codes if_collisions if_dropped if_errors if_multicast if_octets if_packets \
        if_rx_errors if_rx_octets if_tx_errors if_tx_octets invocations io_octets io_packets ipt_bytes \
        ipt_packets irq memcached_command memcached_octets memcached_ops mutex_operations mysql_bpool_counters \
        mysql_commands mysql_handler mysql_innodb_data mysql_innodb_dblwr mysql_innodb_log mysql_innodb_pages \
        mysql_innodb_row_lock mysql_innodb_rows mysql_locks mysql_log_position mysql_octets mysql_select \
        mysql_sort nfs_procedure nginx_requests node_octets node_stat operations packets pf_counters pf_limits \
        pf_source pf_state pg_blks pg_n_tup_c pg_scan pg_xact protocol_counter ps_cputime ps_disk_octets \
        ps_disk_ops ps_pagefaults serial_octets swap_io total_bytes total_connections total_objects \
        total_operations total_requests total_sessions total_threads total_time_in_ms total_values \
        virt_cpu_total virt_vcpu vmpage_action vmpage_faults vmpage_io
        """.split(separator: " ").map(String.init))

    /// `measurement: field field …` to a set of `measurement_field`; an indented line goes on with the one before.
    private static func names(_ text: String) -> Set<String> {
        var result: Set<String> = []
        var measurement = ""
        for line in text.split(separator: "\n") {
            var words = line.split(separator: " ")
            if let first = words.first, first.hasSuffix(":") {
                measurement = String(first.dropLast())
                words.removeFirst()
            }
            for word in words { result.insert("\(measurement)_\(word)") }
        }
        return result
    }
}
