using System.Reflection;

namespace Tessar.Tests.Architecture;

/// <summary>Circles among folders that lie beside one another, each with all that is below it.</summary>
/// <remarks>A folder's own files may use its subfolders and be used by them: they are the face of the same room.</remarks>
internal static class FolderCircles
{
    /// <summary>The circles in what code uses, as readable lines.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<(Type User, MemberInfo Used)> pairs)
    {
        (Type User, MemberInfo Used)[] all = [.. pairs];
        HashSet<string> own = [.. all.Select(pair => pair.User.Namespace ?? string.Empty)];
        return Of(
            all.Select(pair => (pair.User.Namespace ?? string.Empty, CodeReferences.TypeOf(pair.Used).Namespace ?? string.Empty))
            .Where(pair => own.Contains(pair.Item2)));
    }

    /// <summary>The circles in which namespace uses which, as readable lines.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<(string User, string Used)> uses)
    {
        var graph = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach ((string user, string used) in uses)
        {
            if (Siblings(user, used) is { } pair)
                (graph.TryGetValue(pair.User, out SortedSet<string>? known)
                    ? known
                    : graph[pair.User] = new(StringComparer.Ordinal)).Add(pair.Used);
        }

        List<string> circles = [];
        HashSet<string> reported = [];
        foreach (string start in graph.Keys.Where(start => !reported.Contains(start)))
        {
            if (Path(graph, start) is not { } path)
                continue;
            reported.UnionWith(path);
            circles.Add(string.Join(" → ", path.Append(start)));
        }

        return circles;
    }

    // A.B.C and A.D.E are told apart at A.B and A.D; a folder and one below it aren't beside one another.
    private static (string User, string Used)? Siblings(string user, string used)
    {
        string[] a = user.Split('.'), b = used.Split('.');
        int same = a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
        return same == 0 || same == a.Length || same == b.Length
            ? null
            : (string.Join('.', a.Take(same + 1)), string.Join('.', b.Take(same + 1)));
    }

    // The shortest way from a folder back to itself.
    private static string[]? Path(SortedDictionary<string, SortedSet<string>> graph, string start)
    {
        var ways = new Queue<string[]>([[start]]);
        HashSet<string> seen = [];
        while (ways.TryDequeue(out string[]? way))
        {
            foreach (string next in graph.TryGetValue(way[^1], out SortedSet<string>? known) ? known : [])
            {
                if (next == start)
                    return way;
                if (seen.Add(next))
                    ways.Enqueue([.. way, next]);
            }
        }

        return null;
    }
}
