namespace Tessar;

/// <summary>Whose move it is when something went wrong; the command line's exit code follows from it.</summary>
public enum ErrorKind
{
    /// <summary>A mistake in Tessar itself (exit code 1).</summary>
    Internal,

    /// <summary>A request that can't be carried out as it was put: an argument, an option, a range (exit code 2).</summary>
    Usage,

    /// <summary>A run, file, data set or model that can't be used (exit code 3).</summary>
    InputData,

    /// <summary>The machine lacks something: a native library, memory, disk space, a free port (exit code 4).</summary>
    Environment,
}
