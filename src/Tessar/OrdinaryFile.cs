namespace Tessar;

/// <summary>Small input that has to be a file on a disk.</summary>
internal static class OrdinaryFile
{
    /// <summary>The bytes of a small file.</summary>
    /// <exception cref="TessarException">It is missing, a folder, a pipe or a device, or can't be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        if (FileKind.Objection(path) is { } objection)
            throw new TessarException(
                $"`{path}` is {objection}; required is a file. Write what comes out of it into a file, and name that.",
                ErrorKind.InputData);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"`{path}` can't be read: {e.Message.TrimEnd('.')}. Check the path and its permissions.", ErrorKind.InputData, e);
        }
    }
}
