namespace Tessar;

/// <summary>The one door for files that are written where a user says: what is read, and what is there, isn't lost.</summary>
internal static class OutputPath
{
    /// <summary>Refuses a name that can't be that of a file of a kind.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="subject">What names it, the beginning of the error's sentence.</param>
    /// <param name="extensions">Endings that the kind has.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="TessarException">It has another ending, or is a folder, a pipe or a device.</exception>
    public static string RequireKind(string path, string subject, IReadOnlyList<string> extensions)
    {
        if (!extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            || FileKind.Objection(path) is not null)
        {
            throw new TessarException(
                $"{subject} is `{path}`; required is the name of a file ending in {string.Join(" or ", extensions)}.",
                ErrorKind.Usage);
        }

        return Path.GetFullPath(path);
    }

    /// <summary>Refuses a file that is there already, unless it may be replaced.</summary>
    /// <exception cref="TessarException">It may not.</exception>
    public static void RefuseExisting(string path, string argument, bool replace)
    {
        if (Directory.Exists(path))
            throw new TessarException($"{Path.GetFullPath(path)} is a folder; required is the name of a file.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ChangeArgument, argument)]
            };
        if (!replace && Path.Exists(path))
        {
            throw new TessarException(
                $"{Path.GetFullPath(path)} exists already. Choose another name, or replace it.", ErrorKind.Usage)
            {
                Remedies = [new(RemedyKind.ChangeArgument, argument), new(RemedyKind.ChangeArgument, "force")],
            };
        }
    }

    /// <summary>Refuses a file that is read, by whatever name, whether or not it may be replaced.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="argument">The argument that names it.</param>
    /// <param name="inputs">Files and folders that are read; of a folder any file but a store counts.</param>
    /// <exception cref="TessarException">It is one of them.</exception>
    public static void RefuseInputs(string path, string argument, IEnumerable<string> inputs)
    {
        if (!File.Exists(path))
            return;
        foreach (string input in inputs)
        {
            if (FileIdentity.IsSame(path, input) || IsReadIn(path, input))
            {
                throw new TessarException(
                    $"{Path.GetFullPath(path)} is read here (as {input}), so it can't be replaced. Choose another name.",
                    ErrorKind.Usage)
                {
                    Remedies = [new(RemedyKind.ChangeArgument, argument)],
                };
            }
        }
    }

    // Climbs from the file to the root: a folder may be named through links.
    private static bool IsReadIn(string path, string folder)
    {
        if (!Directory.Exists(folder) || path.EndsWith(".tess", StringComparison.OrdinalIgnoreCase))
            return false;
        for (string? at = Path.GetDirectoryName(Path.GetFullPath(path)); at is not null; at = Path.GetDirectoryName(at))
        {
            if (FileIdentity.IsSame(at, folder))
                return true;
        }

        return false;
    }
}
