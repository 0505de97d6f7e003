using Tessar.Cli.Parsing;

namespace Tessar.Cli.Commands.Development;

/// <summary>A checkout of Tessar's sources, the one that the current folder lies in.</summary>
internal sealed class Checkout
{
    private const string Mark = "Tessar.slnx";

    private Checkout(string root) => Root = root;

    /// <summary>The folder that holds Tessar.slnx.</summary>
    public string Root { get; }

    /// <summary>Finds it from a folder upwards.</summary>
    /// <exception cref="TessarException">No folder on the way up holds Tessar.slnx.</exception>
    public static Checkout Above(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, Mark)))
                return new Checkout(at.FullName);
        }

        throw new TessarException(
            $"{folder} lies in no checkout of Tessar: neither it nor a folder above holds {Mark}, and "
                + $"`{CommandLine.ProgramName} dev` changes sources. Clone the repository, change into it and start "
                + $"`./tessar dev` "
                + "there.", ErrorKind.Usage);
    }

    /// <summary>Refuses a program that was built from other sources: what its catalogue says isn't what stands here.</summary>
    /// <exception cref="TessarException">The program doesn't lie in this checkout.</exception>
    public void RequireProgramOfItsOwn()
    {
        if (!AppContext.BaseDirectory.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new TessarException(
                $"This program was built elsewhere ({AppContext.BaseDirectory}), so it can't say what the methods in {Root} are. "
                    + $"Start {Path.Combine(Root, "tessar")} instead.", ErrorKind.Usage);
        }
    }

    /// <summary>The full path of a file, from its path inside the checkout with slashes.</summary>
    public string PathOf(string file) => Path.Combine([Root, .. file.Split('/')]);

    /// <summary>Whether a file or folder is there.</summary>
    public bool Has(string file) => Path.Exists(PathOf(file));

    /// <summary>Reads a file.</summary>
    /// <exception cref="TessarException">It isn't there, or can't be read.</exception>
    public string Read(string file)
    {
        try
        {
            return File.ReadAllText(PathOf(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TessarException(
                $"{PathOf(file)} can't be read ({e.Message.TrimEnd('.')}). Every checkout has this file: restore it, or write "
                    + "it.", ErrorKind.InputData, e);
        }
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    public void Write(string file, string text) => AtomicFile.WriteText(PathOf(file), text);
}
