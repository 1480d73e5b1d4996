import ArgumentParser
@main struct X: ParsableCommand { func run() {} }
