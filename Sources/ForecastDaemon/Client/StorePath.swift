// The store file of a daemon that does not run: where this user's `forecastd run` would put it.

/// Finds the store without asking anyone.
package enum StorePath {
    /// By STATE_DIRECTORY, XDG_STATE_HOME and HOME, as `forecastd run` without flags decides.
    package static var ofThisUser: String { Directories(state: Directories.defaultState(), runtime: "").store }
}
