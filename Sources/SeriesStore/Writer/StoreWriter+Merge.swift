// When segments are merged: in the background, whenever a full chunk of a group has come together; or now, for
// `forecastd compact`.

extension StoreWriter {
    /// Asks for every merge that is worth while, or for every possible one; returns how many it asked for.
    @discardableResult
    func askForMerges(all: Bool) -> Int {
        let requests = state.withLock { contents in
            contents.segments.keys.filter { !sealing.contains($0) && !notMerged.contains($0) }.compactMap {
                contents.mergeRequest($0, all: all)
            }
        }
        for request in requests {
            sealing.insert(request.group)
            sealRequests.send(.merge(request))
        }
        return requests.count
    }

    /// Seals and merges all that can be, shrinks the file, and returns when that is done.
    func compact() async throws(StoreError) {
        try await sealAll()
        while phase == .open, askForMerges(all: true) > 0 { try await waitForSeals() }
        try await database.shrink()
    }
}
