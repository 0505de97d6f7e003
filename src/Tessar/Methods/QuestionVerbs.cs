namespace Tessar.Methods;

/// <summary>The words by which questions are asked: each is a command of its own.</summary>
internal static class QuestionVerbs
{
    /// <summary>Refuses verbs that can't be commands, or are two questions'.</summary>
    /// <param name="verbs">Each with the question's name.</param>
    /// <exception cref="ArgumentException">A verb isn't one word or two, or two questions have one.</exception>
    public static void Refuse(IReadOnlyCollection<(string Verb, string Name)> verbs)
    {
        foreach ((string verb, string name) in verbs)
        {
            string[] words = verb.Split(' ');
            if (words.Length > 2 || !Array.TrueForAll(words, IsWord))
                throw new ArgumentException(
                    $"{name} has the verb `{verb}`; required is one word or two, of small letters, digits and hyphens.",
                    nameof(verbs));
        }

        // Also where tessar.json and the environment have a question's settings.
        IEnumerable<(string Word, string Name)> last = verbs.Select(one => (one.Verb.Split(' ')[^1], one.Name));
        IEnumerable<(string Word, string Name)> groups = verbs.Select(one => one.Verb.Split(' '))
            .Where(words => words.Length == 2).Select(words => (words[0], "a group of questions")).Distinct();
        if (last.Concat(groups).GroupBy(one => one.Word, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)
            is { } twice)
            throw new ArgumentException(
                $"Two have the verb `{twice.Key}`: {string.Join(" and ", twice.Select(one => one.Name))}.", nameof(verbs));
    }

    private static bool IsWord(string word) =>
        word.Length > 0 && char.IsAsciiLetterLower(word[0])
            && word.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
