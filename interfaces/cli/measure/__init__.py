"""Commands that measure trees and the sandbox outside a run."""
