# Reads the table of causes, then the log. A cause: facts (a regular expression), scripts (another), the reason.
FNR == NR {
  if ($0 !~ /^#/ && NF == 3) { facts[++causes] = $1; scripts[causes] = $2; reasons[causes] = $3 }
  next
}
{ count[$1]++ }
$1 == "differs" {
  known = 0
  for (i = 1; i <= causes && !known; i++) if ($4 ~ facts[i] && $2 ~ scripts[i]) known = i
  if (known) explained[known]++
  else {
    strange++
    others[$2 "  " $3]++
    example[$2 "  " $3] = $4
  }
}
END {
  all = count["equal"] + count["differs"]
  if (!all) { print "nothing was compared"; exit 2 }
  share = 100 * count["equal"] / all
  printf "%d comparisons, %d equal: %.3f %% (and %d where neither sees a work tree)\n", all, count["equal"], share, count["nothing"]
  for (i = 1; i <= causes; i++) if (explained[i]) printf "%6d  %s\n", explained[i], reasons[i]
  if (strange) {
    printf "%6d  of causes that are not known:\n", strange
    sort = "sort -rn"
    for (name in others) printf "%6d  %s  %s\n", others[name], name, substr(example[name], 1, 200) | sort
    close(sort)
  }
  exit (strange > 0 || share < goal)
}
