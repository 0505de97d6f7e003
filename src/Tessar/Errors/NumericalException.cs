namespace Tessar;

/// <summary>
/// A value that isn't finite, or a matrix that can't be inverted: where, at which step, the first offending index.
/// </summary>
/// <param name="message">What is wrong, where, and what to do next.</param>
public sealed class NumericalException(string message) : TessarException(message, ErrorKind.InputData);
