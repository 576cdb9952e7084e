/// The version of the whole suite.
package let suiteVersion = "0.1.0"
