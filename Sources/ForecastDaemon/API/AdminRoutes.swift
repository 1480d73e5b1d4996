// What an administrator asks of a running daemon over its socket: the configuration read again, a hot copy, a look at
// all that is stored, a merge now. What takes a while answers in JSON lines.

import HTTPTypes
import Hummingbird
import SeriesStore

/// `POST /v1/admin/reload`, `backup`, `verify`, `compact`.
struct AdminRoutes: Sendable {
    let readiness: Readiness
    let storePath: String
    /// Reads the configuration again; throws the sentence with file, line and column where it does not load.
    let reload: @Sendable () async throws(ReloadError) -> [String]

    func add(to router: Router<APIContext>) {
        router.post("v1/admin/reload") { _, _ in try await reloaded() }
        router.post("v1/admin/backup") { request, _ in try backup(request) }
        router.post("v1/admin/verify") { _, _ in try verify() }
        router.post("v1/admin/compact") { _, _ in try compact() }
    }

    private func reloaded() async throws -> Response {
        do throws(ReloadError) {
            let notes = try await reload()
            var json = JSONWriter()
            json.object { json in
                json.member("reloaded", true)
                json.array("notes") { json in for note in notes { json.value(note) } }
            }
            return Response.json(json.bytes)
        } catch {
            throw APIError(.unprocessableContent, error.sentence)
        }
    }

    /// The copy gets its name when it is whole, so that whatever bears the name is a backup.
    private func backup(_ request: Request) throws -> Response {
        let running = try readiness.running()
        guard let path = try Query(request, taking: ["to"]).text("to"), path.hasPrefix("/") else {
            throw APIError(.badRequest, "to: which file? Give a whole path, beginning with /")
        }
        guard !Environment.exists(path) else { throw APIError(.conflict, "\(path) exists; a backup replaces nothing") }
        let file = FinishedFile(path)
        // Whether it can be written at all is still a status, not a line.
        do throws(DescriptorError) { _ = try file.create() } catch {
            guard error.isForbidden else { throw APIError(.conflict, "\(error)") }
            throw APIError(
                .forbidden,
                "\(error). The daemon writes the copy, as its own user and where its unit lets it: the folder of "
                    + "\(storePath) is such a place")
        }
        return ProgressStream.response { stream in
            try await stream.progress(0, "copying the store to \(path)")
            do {
                try await running.store.backup(to: file.unfinished)
                try file.finish()
            } catch {
                file.discard()
                throw error
            }
            try await stream.done { json in
                json.member("file", path)
                json.member("bytes", FinishedFile.size(of: path))
            }
        }
    }

    private func verify() throws -> Response {
        let running = try readiness.running()
        return ProgressStream.response { stream in
            try await stream.progress(0, "decoding all that is stored")
            // What was accepted a moment ago is looked at too.
            try await running.store.writer.barrier()
            let found = try await Self.verification(of: storePath)
            try await stream.done { VerifyPage.write(found, path: storePath, to: &$0) }
        }
    }

    /// On a thread of its own: it decodes everything, which takes its time.
    private static func verification(of path: String) async throws(StoreError) -> Verification {
        let result: Result<Verification, StoreError> = await withCheckedContinuation { continuation in
            PlainThread.start(name: "verify") {
                continuation.resume(returning: Result { () throws(StoreError) in try Store.verify(path: path) })
            }
        }
        return try result.get()
    }

    private func compact() throws -> Response {
        let running = try readiness.running()
        return ProgressStream.response { stream in
            let before = try running.store.reader.sizes()
            try await stream.progress(0, "sealing, merging and shrinking")
            try await running.store.compact()
            let after = try running.store.reader.sizes()
            try await stream.done { json in
                json.member("bytes_before", before.fileBytes)
                json.member("bytes_after", after.fileBytes)
                json.member("segments_before", before.segmentCount)
                json.member("segments_after", after.segmentCount)
            }
        }
    }
}

/// A configuration that did not load; the old one is still in force.
struct ReloadError: Error {
    let sentence: String
}
