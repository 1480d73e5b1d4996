// What an administrator asks of a running daemon over its socket.

import HTTPTypes
import Hummingbird

/// `POST /v1/admin/reload`.
struct AdminRoutes: Sendable {
    /// Reads the configuration again; throws the sentence with file, line and column where it does not load.
    let reload: @Sendable () async throws(ReloadError) -> [String]

    func add(to router: Router<APIContext>) {
        router.post("v1/admin/reload") { _, _ in
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
    }
}

/// A configuration that did not load; the old one is still in force.
struct ReloadError: Error {
    let sentence: String
}
