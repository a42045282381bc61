using System.CommandLine;

namespace ProcImage.CommandLine;

internal static class ArgumentParser
{
    // Neither bundling nor response files: the normaliser has undone bundles, and '@' means nothing to getopt.
    private static readonly ParserConfiguration _configuration = new()
    {
        EnablePosixBundling = false,
        ResponseFileTokenReplacer = null,
    };

    public static Arguments Parse(CommandTable table, IEnumerable<string> args)
    {
        var result = table.Symbol.Parse(GetoptNormalizer.Normalize(args, table.Rows), _configuration);
        if (result.UnmatchedTokens.Count > 0)
            throw new CommandException(ExitStatus.Usage, $"unexpected argument '{result.UnmatchedTokens[0]}'");
        if (result.Errors.Count > 0)
            throw new CommandException(ExitStatus.Usage, result.Errors[0].Message);
        return new Arguments(result);
    }
}
