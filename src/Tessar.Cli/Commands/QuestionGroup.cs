using System.CommandLine;
using Tessar.Cli.Parsing;

namespace Tessar.Cli.Commands;

/// <summary>Questions under one word, such as those that `evaluate` asks.</summary>
internal sealed class QuestionGroup : Command
{
    private static readonly Dictionary<string, string> _known = new(StringComparer.Ordinal)
    {
        ["evaluate"] = "Measures how good an attribution is",
    };

    /// <param name="word">The word.</param>
    /// <param name="questions">What stands behind it, in the order the help lists them.</param>
    public QuestionGroup(string word, IReadOnlyList<TessarCommand> questions)
        : base(word, _known.GetValueOrDefault(word, $"Asks {string.Join(", ", questions.Select(one => one.Name))}"))
    {
        foreach (TessarCommand question in questions)
            Add(question);
    }
}
