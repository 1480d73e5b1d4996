// When a group is sealed: when one of its series has `sealCount` open samples, when its oldest open sample has nearly
// reached `flushAge`, or when all heads together hold too many. Groups age at different times, so that not all of them
// are due in one minute.

extension StoreWriter {
    /// Open samples of one series that ask for a seal: a merge brings chunks to 4096 later.
    static let sealCount = 1024
    /// Record entries of one grid and lead that ask for a seal.
    static let recordSealCount = 512
    /// With more open samples than this in all heads, 24 MB, the largest groups are sealed early.
    static let openSamples = 1_500_000

    /// Seals and merges on request, one group at a time.
    func sealLoop() async {
        let sealer = Sealer()
        for await work in sealRequests.stream {
            switch work {
            case .seal(let group):
                // The snapshot is taken now and not when it was asked for: it makes a copy of every head that grows on.
                let request = state.withLock { $0.request(group) }
                add(await sealer.seal(request))
            case .merge(let request):
                switch await sealer.merge(request, database) {
                case .merged(let result): add(result)
                case .gone: release(request.group)
                case .damaged(let why):
                    for info in request.segments { health.damaged(info.id, why) }
                    notMerged.insert(request.group)
                    release(request.group)
                }
            }
        }
    }

    /// Takes a finished seal, to ride with the next commit.
    func add(_ result: SealedGroup) {
        sealed.append(numbered(result))
        announceSeal()
        arm()
    }

    /// Gives the new segments their ids.
    func numbered(_ result: SealedGroup) -> SealedGroup {
        var result = result
        for index in result.segments.indices {
            result.segments[index].info.id = nextSegmentID
            nextSegmentID += 1
        }
        return result
    }

    /// Lets others have the group, after work on it that will not be committed.
    func release(_ group: GroupKey) {
        sealing.remove(group)
        announceSeal()
    }

    /// Asks for the groups that are due by count, after a commit.
    func askForSeals() {
        let groups = state.withLock { contents -> Set<GroupKey> in
            var due = Set<GroupKey>()
            if !isLogHeld {
                for (series, head) in contents.heads where head.count >= Self.sealCount {
                    due.insert(GroupKey(series: series))
                }
                for (owner, head) in contents.recordHeads where head.count >= Self.recordSealCount {
                    due.insert(GroupKey(grid: owner.grid))
                }
            }
            if contents.openCount > Self.openSamples, let largest = contents.largestGroup { due.insert(largest) }
            return due.subtracting(sealing)
        }
        ask(groups)
    }

    /// Asks for the groups that are due by age; called every few seconds.
    func askForOldSeals() {
        // They are safe in the journal; a seal would write them a second time into a log that cannot be cut.
        if isLogHeld { return }
        let now = now()
        let age = options.flushAge.nanoseconds
        let groups = state.withLock { contents in
            contents.openSince.filter { group, since in
                // Between half and nine tenths of the age, the same for a group every time.
                let hash = XXH64.hash([group.kind.rawValue, UInt8(truncatingIfNeeded: group.group)])
                let limit = age / 2 + age / 10 * Int64(hash % 5)
                return now - since >= limit && !sealing.contains(group)
            }.keys
        }
        ask(Set(groups))
    }

    /// Seals everything that is open now, and returns when it is committed.
    func sealAll() async throws(StoreError) {
        try await barrier()
        ask(state.withLock { Set($0.openSince.keys) }.subtracting(sealing))
        try await waitForSeals()
    }

    /// Returns when every seal and merge that was asked for is committed.
    func waitForSeals() async throws(StoreError) {
        while !sealing.isEmpty, phase == .open {
            // The sealer rings; what it has finished is committed with our barrier.
            if sealed.isEmpty { await withCheckedContinuation { waitingForSeal.append($0) } }
            try await barrier()
        }
    }

    private func ask(_ groups: Set<GroupKey>) {
        for group in groups {
            sealing.insert(group)
            sealRequests.send(.seal(group))
        }
    }

    /// Back-pressure: while heads hold twice what they should, a seal must be committed before the next samples.
    func waitForSealsIfHeadsAreLarge() async {
        while phase == .open, sealed.isEmpty, !sealing.isEmpty,
            state.withLock({ $0.openCount }) > 2 * Self.openSamples
        {
            await withCheckedContinuation { waitingForSeal.append($0) }
            isDue = true
        }
    }
}

/// Encodes beside the commit loop: commits go on meanwhile.
private actor Sealer {
    private let compressor = Compressor(.quick)

    func seal(_ request: SealRequest) -> SealedGroup { request.sealed(compressor: compressor) }

    /// What came of a merge.
    enum Outcome: Sendable {
        case merged(SealedGroup)
        /// A segment was taken away meanwhile: look again later.
        case gone
        /// A segment cannot be read: the group stays as it is.
        case damaged(String)
    }

    func merge(_ request: MergeRequest, _ database: StoreDatabase) async -> Outcome {
        do {
            let merged = try await database.read { db in
                try request.merged(db, compressor: Compressor(.thorough))
            }
            return merged.map { .merged($0) } ?? .gone
        } catch {
            return .damaged(error.description)
        }
    }
}

extension StoreContents {
    /// The group with the most open samples.
    fileprivate var largestGroup: GroupKey? {
        var counts: [GroupKey: Int] = [:]
        for (series, head) in heads { counts[GroupKey(series: series), default: 0] += head.count }
        return counts.max { $0.value < $1.value }?.key
    }

    /// A snapshot of a group's open samples.
    fileprivate func request(_ group: GroupKey) -> SealRequest {
        var request = SealRequest(group: group, row: lastRow)
        let owners = group.group * GroupKey.size..<(group.group + 1) * GroupKey.size
        switch group.kind {
        case .samples:
            for series in owners {
                if let head = heads[series], head.count > 0 { request.samples.append((series, head)) }
            }
        case .record:
            for (owner, head) in recordHeads where owners.contains(owner.grid) && head.count > 0 {
                request.records.append((owner, head))
            }
        case .tier: break
        }
        return request
    }
}

extension Duration {
    /// Whole nanoseconds, at most 292 years of them.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole &+ attoseconds / 1_000_000_000
    }
}
