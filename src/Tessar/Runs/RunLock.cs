using System.Globalization;

namespace Tessar.Runs;

/// <summary>Makes sure that one process at a time writes a run.</summary>
/// <remarks>
/// The lock is the operating system's, on the open file <c>.lock</c>: it ends with the process that holds it, however that
/// ends, so a stale lock can't be. The file itself stays: removing it would let two processes hold two files of that name.
/// Who holds it stands beside it, in <c>.lock-owner</c>, because a locked file can't be read on every system.
/// </remarks>
internal sealed class RunLock : IDisposable
{
    public const string FileName = ".lock";
    private const string OwnerFileName = ".lock-owner";

    // A reader asking IsHeld holds the lock for an instant; that must not be taken for a writer.
    private const int Attempts = 20;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(25);

    private readonly FileStream _file;
    private readonly string _owner;

    private RunLock(FileStream file, string owner)
    {
        _file = file;
        _owner = owner;
    }

    /// <summary>Whether a file name belongs to the lock.</summary>
    public static bool IsLockFile(string name) => name is FileName or OwnerFileName;

    /// <summary>Takes the lock of a run's folder.</summary>
    /// <exception cref="TessarException">Another process holds it, or the folder can't be written to.</exception>
    public static RunLock Take(string directory)
    {
        string path = Path.Combine(directory, FileName), ownerPath = Path.Combine(directory, OwnerFileName);
        FileStream? taken = null;
        try
        {
            taken = Open(path);
            File.WriteAllText(ownerPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new RunLock(taken, ownerPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            taken?.Dispose();
            if (taken is not null || !IsHeld(directory))
            {
                throw new TessarException(
                    $"`{path}` can't be written: {e.Message.TrimEnd('.')}. Choose a folder that you may write to.",
                    ErrorKind.Environment, e);
            }

            string process = File.Exists(ownerPath) ? $"process {File.ReadAllText(ownerPath)}" : "another process";
            throw new TessarException(
                $"The run {directory} is being written by {process}. Wait for it, stop it, or give this run another name.",
                ErrorKind.Environment, e)
            { Remedies = [new(RemedyKind.ChangeArgument, "name")] };
        }
    }

    /// <summary>Whether a process is writing the run now.</summary>
    public static bool IsHeld(string directory)
    {
        try
        {
            using var probe = new FileStream(Path.Combine(directory, FileName), FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        File.Delete(_owner);
        _file.Dispose();
    }

    private static FileStream Open(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < Attempts)
            {
                Thread.Sleep(_pause);
            }
        }
    }
}
