namespace Tessar.Web;

/// <summary>
/// How jobs of the workbench are started: a program that takes the commands of `tessar`, and its arguments before the command.
/// </summary>
/// <param name="Path">Path of the program.</param>
/// <param name="Arguments">
/// What it is given before the command, for example the path of an assembly when the program is <c>dotnet</c>.
/// </param>
/// <remarks>
/// A job is one process of it, started without a shell. Two variables of its environment ask it for what the server needs:
/// <c>TESSAR_PROGRESS=json</c> for progress and errors as lines of JSON on standard error, <c>TESSAR_PARENT=stdin</c> for its end
/// when its standard input ends, which happens however the server ends.
/// </remarks>
public sealed record JobProgram(string Path, IReadOnlyList<string> Arguments);
